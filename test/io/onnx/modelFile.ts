/** Writes model files by hand: the parts of a graph. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, tensor } from 'blasgrad';
import { encode } from '../../../dist/io/onnx/protobuf';
import { attributeTypes, dataTypes, type Init } from '../../../dist/io/onnx/schema';

export const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
export const path = join(folder, 'model.onnx');

export function cleanUp(): void {
  rmSync(folder, { recursive: true });
}

export const floats = (name: string, dims: number[], values: number[]): Init<'TensorProto'> => ({
  name,
  dims: dims.map(BigInt),
  dataType: dataTypes.float32,
  floatData: values,
});
export const longs = (
  name: string,
  values: number[],
  dims = [values.length],
): Init<'TensorProto'> => ({
  name,
  dims: dims.map(BigInt),
  dataType: dataTypes.int64,
  int64Data: values.map(BigInt),
});
export const int = (name: string, i: number): Init<'AttributeProto'> => ({
  name,
  i: BigInt(i),
  type: attributeTypes.int,
});
export const ints = (name: string, values: number[]): Init<'AttributeProto'> => ({
  name,
  ints: values.map(BigInt),
  type: attributeTypes.ints,
});
export const float = (name: string, f: number): Init<'AttributeProto'> => ({
  name,
  f,
  type: attributeTypes.float,
});
export const value = (
  name: string,
  elemType: number = dataTypes.float32,
): Init<'ValueInfoProto'> => ({
  name,
  type: { tensorType: { elemType } },
});
export const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: Init<'AttributeProto'>[] = [],
): Init<'NodeProto'> => ({ opType, input, output, attribute });

export interface Parts {
  readonly nodes: Init<'NodeProto'>[];
  readonly tensors?: Init<'TensorProto'>[];
  readonly inputs?: Init<'ValueInfoProto'>[];
  readonly opset?: number;
}

export function bytesOf({
  nodes,
  tensors = [],
  inputs = [value('x')],
  opset = 17,
}: Parts): Uint8Array {
  return encode('ModelProto', {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: { name: 'g', node: nodes, initializer: tensors, input: inputs, output: [value('y')] },
  });
}

export async function load(parts: Parts): Promise<io.OnnxModule> {
  writeFileSync(path, bytesOf(parts));
  return io.importOnnx(path);
}

export const x = tensor([
  [1, -2, 3],
  [-4, 5, -6],
]);

export const relu = [node('Relu', ['x'], ['y'])];
