/** The element types of ONNX tensors. */
import type { DType } from '../../../core/dtype';
import { elements, type Elements } from '../../elements';
import { dataTypes } from '../schema';

/** Something that is not supported; importOnnx lists all of it in one error. */
export class Refused extends Error {}

/** How elements of raw data are read, by ONNX's number of the type. */
export const stored: Readonly<Record<number, Elements>> = Object.fromEntries(
  Object.entries(elements).map(([name, kind]) => [dataTypes[name as keyof typeof elements], kind]),
);

/** A small int64 tensor is numbers in JavaScript. */
export type OnnxDType = DType | 'int64';

/** The dtype for ONNX's number of a type; throws `Refused` if it is not supported. */
export function dtypeOf(type: number, what: string): OnnxDType {
  if (type === dataTypes.int64) return 'int64';
  if (Object.hasOwn(stored, type)) return stored[type].dtype;
  const name = Object.entries(dataTypes).find(([, number]) => number === type)?.[0];
  throw new Refused(`${name ?? `type ${type}`} elements of ${what}`);
}
