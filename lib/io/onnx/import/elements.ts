/** The element types of ONNX tensors. */
import { isFloating, type DType, type FloatingDType } from '../../../core/dtype';
import { elements, type Elements } from '../../elements';
import { dataTypes } from '../schema';

/** A part of the file is not supported; importOnnx lists these parts in one error. */
export class Unsupported extends Error {}

/** The element types that can be read, by ONNX's number of the type. */
export const stored: Readonly<Record<number, Elements>> = Object.fromEntries(
  Object.entries(elements).map(([name, kind]) => [dataTypes[name as keyof typeof elements], kind]),
);

/**
 * The dtype for ONNX's number of a type; floating dtypes become `floating`, unless that is null. Throws `Unsupported`
 * if the type is not supported.
 */
export function dtypeOf(type: number, what: string, floating: FloatingDType | null): DType {
  if (Object.hasOwn(stored, type)) {
    const { dtype } = stored[type];
    return isFloating(dtype) ? (floating ?? dtype) : dtype;
  }
  const name = Object.entries(dataTypes).find(([, number]) => number === type)?.[0];
  throw new Unsupported(`${name ?? `type ${type}`} elements of ${what}`);
}
