/** The element types of safetensors files, and their conversion. */
import type { DType } from '../../core/dtype';
import { elements as kinds, type Elements } from '../elements';

interface Element {
  /** Bytes of one element; a fraction if several share a byte. */
  readonly bytes: number;
  /** Missing if the type cannot be converted. */
  readonly kind?: Elements;
}

const read = {
  F64: kinds.float64,
  F32: kinds.float32,
  F16: kinds.float16,
  BF16: kinds.bfloat16,
  I64: kinds.int64,
  I32: kinds.int32,
  I16: kinds.int16,
  U16: kinds.uint16,
  I8: kinds.int8,
  U8: kinds.uint8,
  BOOL: kinds.bool,
} as const satisfies Readonly<Record<string, Elements>>;

/** Every type of the format, so that files with other types can be checked, and their other tensors read. */
export const elements: ReadonlyMap<string, Element> = new Map<string, Element>([
  ...Object.entries(read).map(([name, kind]): [string, Element] => [
    name,
    { bytes: kind.bytes, kind },
  ]),
  ['U64', { bytes: 8 }],
  ['C64', { bytes: 8 }],
  ['U32', { bytes: 4 }],
  ...['F8_E4M3', 'F8_E5M2', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map(
    (name): [string, Element] => [name, { bytes: 1 }],
  ),
  ['F6_E2M3', { bytes: 0.75 }],
  ['F6_E3M2', { bytes: 0.75 }],
  ['F4', { bytes: 0.5 }],
]);

/** The names of the types that can be read. */
export const readable: readonly string[] = Object.keys(read);

/** The types that our dtypes are written as, in the order of other writers: the widest alignment first. */
export const written: Readonly<Record<DType, string>> = {
  int64: 'I64',
  float64: 'F64',
  float32: 'F32',
  int32: 'I32',
  bfloat16: 'BF16',
  float16: 'F16',
  uint8: 'U8',
  bool: 'BOOL',
};
