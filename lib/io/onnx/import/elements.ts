/** The element types of ONNX tensors, and what is refused. */
import type { DType } from '../../../core/dtype';
import { elements, type Elements } from '../../elements';
import { dataTypes } from '../schema';

/** What is not supported, for the list of all that is not. */
export class Refused extends Error {}

/** How elements of raw data are read, by their number in a file. */
export const stored: Readonly<Record<number, Elements>> = Object.fromEntries(
  Object.entries(elements).map(([name, kind]) => [dataTypes[name as keyof typeof elements], kind]),
);

/** int64 are numbers of JavaScript, if they are few. */
export type OnnxDType = DType | 'int64';

/** The dtype of this number; refused if there is none here. */
export function dtypeOf(type: number, what: string): OnnxDType {
  if (type === dataTypes.int64) return 'int64';
  if (Object.hasOwn(stored, type)) return stored[type].dtype;
  const name = Object.entries(dataTypes).find(([, number]) => number === type)?.[0];
  throw new Refused(`${name ?? `type ${type}`} elements of ${what}`);
}
