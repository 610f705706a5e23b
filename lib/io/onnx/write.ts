/** Writes ONNX files: the protobuf library encodes everything except the weights, which are not copied. */
import type { DType, TypedArray } from '../../core/dtype';
import type { Tensor } from '../../core/tensor';
import { elementsOf } from './batch';
import { encode, fieldHeader } from './protobuf';
import { dataTypes, messages, type Init } from './schema';

/** A weight in the file. */
export interface Initializer {
  readonly name: string;
  readonly dtype: DType;
  readonly tensor: Tensor;
}

/** The most bytes that a protobuf message may have. */
const maxBytes = 2 ** 31 - 1;

/** The bytes of a model, in parts; contiguous weights are views of the tensors' memory. */
export function partsOf(
  graph: Init<'GraphProto'>,
  initializers: readonly Initializer[],
  opset: number,
): Uint8Array[] {
  const { GraphProto, ModelProto, TensorProto } = messages;
  const inside: Uint8Array[] = [encode('GraphProto', graph)];
  for (const { name, dtype, tensor } of initializers) {
    const dims = tensor.shape.map(BigInt);
    const head = encode('TensorProto', { name, dims, dataType: dataTypes[dtype] });
    const elements = bytesOf(elementsOf(tensor));
    const rawHeader = fieldHeader(TensorProto.raw_data[0], elements.byteLength);
    const length = head.byteLength + rawHeader.byteLength + elements.byteLength;
    requireSize(length);
    inside.push(fieldHeader(GraphProto.initializer[0], length), head, rawHeader, elements);
  }
  const length = totalOf(inside);
  requireSize(length);
  const model = encode('ModelProto', {
    irVersion: 8n,
    producerName: 'blasgrad',
    opsetImport: [{ domain: '', version: BigInt(opset) }],
  });
  const parts = [model, fieldHeader(ModelProto.graph[0], length), ...inside];
  requireSize(totalOf(parts));
  return parts;
}

function bytesOf(elements: TypedArray): Uint8Array {
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

function totalOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function requireSize(bytes: number): void {
  if (bytes <= maxBytes) return;
  const size = (bytes / 2 ** 30).toFixed(1);
  throw new RangeError(
    `exportOnnx: the model takes ${size} GiB, but an ONNX file can hold 2 GiB; save it as safetensors`,
  );
}
