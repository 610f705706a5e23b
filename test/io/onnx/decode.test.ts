/** The wire format: forms in which the same message may come, and files that would take far more memory than they have bytes. */
import { writeFileSync } from 'node:fs';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { io } from 'blasgrad';
import { decode } from '../../../dist/io/onnx/decode';
import { encode } from '../../../dist/io/onnx/protobuf';
import { messages, type MessageName } from '../../../dist/io/onnx/schema';
import { cleanUp, path } from './modelFile';

afterAll(cleanUp);

const { TensorProto } = messages;
const delimited = (number: number, bytes: Uint8Array): Uint8Array =>
  new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();
const run = (number: number, ...values: number[]): Uint8Array => {
  const inside = values.reduce((writer, value) => writer.int64(value), new BinaryWriter());
  return delimited(number, inside.finish());
};
const single = (number: number, value: number): Uint8Array =>
  new BinaryWriter().tag(number, WireType.Varint).int64(value).finish();

describe('numbers of a list', () => {
  const [data] = TensorProto.int64_data;
  const [dims] = TensorProto.dims;
  test.each<[string, Uint8Array[]]>([
    ['in a run', [run(data, 1, -2, 300), run(dims, 3, 1)]],
    [
      'one by one',
      [single(data, 1), single(dims, 3), single(data, -2), single(data, 300), single(dims, 1)],
    ],
    ['in two runs', [run(data, 1), run(dims, 3), run(data), run(data, -2, 300), run(dims, 1)]],
    ['in a run and then one', [run(data, 1, -2), single(data, 300), run(dims, 3), single(dims, 1)]],
    ['one and then in a run', [single(data, 1), run(data, -2, 300), single(dims, 3), run(dims, 1)]],
  ])('%s', (_, parts) => {
    const { int64Data, dims: sizes } = decode('TensorProto', Buffer.concat(parts));
    expect([Array.from(int64Data), Array.from(sizes)]).toEqual([
      [1n, -2n, 300n],
      [3, 1],
    ]);
  });

  test('elements are exact', () => {
    const limits = [-(2n ** 63n), 2n ** 53n + 1n];
    const { int64Data } = decode('TensorProto', encode('TensorProto', { int64Data: limits }));
    expect(Array.from(int64Data)).toEqual(limits);
  });

  test('float and double', () => {
    const bytes = encode('TensorProto', { floatData: [0.5, -Infinity], doubleData: [0.1, 1e300] });
    const { floatData, doubleData } = decode('TensorProto', bytes);
    expect([Array.from(floatData), Array.from(doubleData)]).toEqual([
      [0.5, -Infinity],
      [0.1, 1e300],
    ]);
  });
});

test('a message in two parts is one, and what the table does not list is skipped', () => {
  const part = (name: string): Uint8Array =>
    delimited(messages.ModelProto.graph[0], encode('GraphProto', { name, docString: name }));
  const strange = Buffer.concat([run(1000, 1, 2), single(1001, 5)]);
  const node = delimited(messages.GraphProto.node[0], encode('NodeProto', { opType: 'Relu' }));
  const more = delimited(messages.ModelProto.graph[0], Buffer.concat([strange, node]));
  const { graph } = decode('ModelProto', Buffer.concat([part('a'), strange, part('b'), more]));
  expect(graph).toMatchObject({ name: 'b', docString: 'b', initializer: [] });
  expect(graph?.node).toMatchObject([{ opType: 'Relu', input: [] }]);
});

describe('refused:', () => {
  const [graph, node] = [messages.ModelProto.graph[0], messages.GraphProto.node[0]];
  const [data] = TensorProto.int64_data;
  test.each<[string, MessageName, Uint8Array, string]>([
    [
      'a message that is cut off',
      'ModelProto',
      Uint8Array.of((graph << 3) | 2, 5, 1),
      'premature EOF',
    ],
    [
      'a part longer than the whole',
      'ModelProto',
      Buffer.concat([
        delimited(graph, Uint8Array.of((node << 3) | 2, 2)),
        Uint8Array.of(6 << 3, 1),
      ]),
      'is truncated',
    ],
    [
      'a number that is cut off',
      'TensorProto',
      delimited(data, Uint8Array.of(1, 0x81)),
      'is truncated',
    ],
    [
      'a message that is a number',
      'ModelProto',
      single(graph, 1),
      'expected GraphProto for graph, got wire type 0',
    ],
    ['half a float', 'TensorProto', delimited(4, new Uint8Array(6)), 'floatData is truncated'],
  ])('%s', (_, name, bytes, message) => {
    expect(() => decode(name, bytes)).toThrow(message);
  });
});

/** A file of 200,000 equal parts of a message, inside of others. */
function manyOf(part: readonly number[], ...inside: number[]): Uint8Array {
  const parts = Buffer.alloc(200_000 * part.length, Uint8Array.from(part));
  return inside.reduceRight<Uint8Array>((bytes, number) => delimited(number, bytes), parts);
}

describe('200,000 small parts are refused before they take memory:', () => {
  const { ModelProto, GraphProto, NodeProto, AttributeProto } = messages;
  const [inGraph, inNode] = [ModelProto.graph[0], GraphProto.node[0]];
  const empty = (number: number): number[] => [
    ...new BinaryWriter()
      .uint32((number << 3) | 2)
      .uint32(0)
      .finish(),
  ];
  test.each<[string, Uint8Array]>([
    ['initializers', manyOf(empty(GraphProto.initializer[0]), inGraph)],
    ['nodes', manyOf(empty(inNode), inGraph)],
    ['inputs of the graph', manyOf(empty(GraphProto.input[0]), inGraph)],
    ['attributes', manyOf(empty(NodeProto.attribute[0]), inGraph, inNode)],
    ['texts', manyOf(empty(AttributeProto.strings[0]), inGraph, inNode, NodeProto.attribute[0])],
    ['opsets', manyOf(empty(ModelProto.opset_import[0]))],
  ])('%s', async (_, bytes) => {
    writeFileSync(path, bytes);
    await expect(io.importOnnx(path)).rejects.toThrow(
      'is not an ONNX model: it takes too much memory for its size',
    );
  });
});
