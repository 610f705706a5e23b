// The net of a trial as an ONNX file's bytes.
import { join } from 'node:path';
import { peer } from './peer.mjs';
import { waveValues } from './timing';

const float = 1; // TensorProto.DataType
const int = 2; // AttributeProto.AttributeType

export function onnxModel({ sizes, batch, activation }) {
  const protobuf = peer('protobufjs');
  const schema = protobuf.loadSync(join(process.cwd(), 'bench', 'contestants', 'onnx.proto'));
  const type = schema.lookupType('onnx.ModelProto');
  const last = sizes.length - 2;
  const tensor = (name, dims, phase, bound) => {
    const values = waveValues(
      dims.reduce((a, b) => a * b, 1),
      phase,
      bound,
    );
    return { name, dims, dataType: float, rawData: new Uint8Array(values.buffer) };
  };
  const value = (name, dims) => ({
    name,
    type: { tensorType: { elemType: float, shape: { dim: dims.map((d) => ({ dimValue: d })) } } },
  });
  const transposed = [{ name: 'transB', i: 1, type: int }];
  const nodes = sizes.slice(1).flatMap((_, i) => {
    const gemm = {
      opType: 'Gemm',
      input: [`h${i}`, `w${i}`, `b${i}`],
      output: [i < last ? `z${i}` : 'y'],
      attribute: transposed,
    };
    const act = {
      opType: activation === 'ReLU' ? 'Relu' : 'Sigmoid',
      input: [`z${i}`],
      output: [`h${i + 1}`],
    };
    return i < last ? [gemm, act] : [gemm];
  });
  const weights = sizes.slice(1).flatMap((size, i) => {
    const bound = 1 / Math.sqrt(sizes[i]);
    return [tensor(`w${i}`, [size, sizes[i]], i, bound), tensor(`b${i}`, [size], i + 0.5, bound)];
  });
  const model = {
    irVersion: 8,
    producerName: 'blasgrad-bench',
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'net',
      node: nodes,
      initializer: weights,
      input: [value('h0', [batch, sizes[0]])],
      output: [value('y', [batch, sizes[last + 1]])],
    },
  };
  return type.encode(type.fromObject(model)).finish();
}
