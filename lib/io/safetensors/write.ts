/** The content of a safetensors file, piece by piece, from the memory of the tensors. */
import { types } from 'node:util';
import { elementBytes } from '../../core/dtype';
import { describe, unexpected, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { readableMemory } from '../../core/access';
import { elementsOf, requireTensors } from '../named';
import type { Pieces } from '../pieces';
import { written } from './elements';
import { metadataName, maxHeaderBytes } from './header';

/**
 * Checks everything. With `copy`, the pieces have the values at the time of the call, else those at the time they are
 * requested.
 */
export function contentOf(op: string, tensors: unknown, metadata: unknown, copy = false): Pieces {
  const named = requireTensors(op, tensors);
  for (const [name, tensor] of named) {
    requireName(op, name);
    readableMemory(op, tensor);
  }
  const rank = ({ dtype }: Tensor): number => order.indexOf(dtype);
  named.sort(([a, one], [b, other]) => rank(one) - rank(other) || compare(a, b));
  const header = headerOf(op, named, requireMetadata(op, metadata));
  if (!copy) return pieces(op, header, named);
  return [header, ...named.map(([, tensor]) => bytesOf(op, tensor, true))];
}

const order = Object.keys(written);

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function headerOf(
  op: string,
  tensors: readonly [string, Tensor][],
  metadata: Record<string, string> | undefined,
): Buffer {
  const fields: [string, unknown][] = metadata === undefined ? [] : [[metadataName, metadata]];
  let end = 0;
  for (const [name, tensor] of tensors) {
    const begin = end;
    end += tensor.numel() * elementBytes(tensor.dtype);
    const { shape } = tensor;
    fields.push([name, { dtype: written[tensor.dtype], shape, data_offsets: [begin, end] }]);
  }
  // Not through an object, which would move integer names to the front.
  const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const text = Buffer.from(`{${members.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' '); // the data starts aligned
  header.writeBigUInt64LE(BigInt(header.length - 8));
  header.set(text, 8);
  if (header.length - 8 > maxHeaderBytes) {
    throw new RangeError(
      `${op}: the header has ${header.length - 8} bytes, more than ${maxHeaderBytes}; use fewer or shorter names`,
    );
  }
  return header;
}

function* pieces(
  op: string,
  header: Buffer,
  tensors: readonly [string, Tensor][],
): Generator<Uint8Array, void, void> {
  yield header;
  for (const [, tensor] of tensors) yield bytesOf(op, tensor, false);
}

function bytesOf(op: string, tensor: Tensor, copy: boolean): Uint8Array {
  const { buffer, byteOffset, byteLength } = elementsOf(op, tensor, copy);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function requireName(op: string, name: string): void {
  if (name === metadataName) {
    throw new RangeError(
      `${op}: a tensor cannot have the name ${metadataName}, which the format reserves`,
    );
  }
  requireText(op, `the name ${describe(name)}`, name);
}

/** UTF-8 cannot encode half of a surrogate pair. */
function requireText(op: string, name: string, text: string): void {
  if (/\p{Surrogate}/u.test(text)) {
    throw unexpected(op, 'valid Unicode', name, 'half of a surrogate pair');
  }
}

function requireMetadata(op: string, metadata: unknown): Record<string, string> | undefined {
  if (metadata === undefined) return undefined;
  const isOther = Array.isArray(metadata) || types.isMap(metadata);
  if (typeof metadata !== 'object' || metadata === null || isOther) {
    throw wrongType(op, 'an object of strings', 'metadata', metadata);
  }
  for (const [name, value] of Object.entries(metadata)) {
    const where = `metadata[${describe(name)}]`;
    requireText(op, `the name of ${where}`, name);
    if (typeof value !== 'string') throw wrongType(op, 'a string', where, value);
    requireText(op, where, value);
  }
  return metadata as Record<string, string>;
}
