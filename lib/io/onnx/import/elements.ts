/** The element types of ONNX tensors. */
import { isFloating, type DType, type FloatingDType } from '../../../core/dtype';
import { elements, type Elements } from '../../elements';
import { dataTypes } from '../schema';

/** Something that is not supported; importOnnx lists all of it in one error. */
export class Refused extends Error {}

/** How elements of raw data are read, by ONNX's number of the type. */
export const stored: Readonly<Record<number, Elements>> = Object.fromEntries(
  Object.entries(elements).map(([name, kind]) => [dataTypes[name as keyof typeof elements], kind]),
);

/**
 * The dtype for ONNX's number of a type; floating ones become `floating`, if that is given. Throws `Refused` if the type is
 * not supported.
 */
export function dtypeOf(type: number, what: string, floating: FloatingDType | null): DType {
  if (Object.hasOwn(stored, type)) {
    const { dtype } = stored[type];
    return isFloating(dtype) ? (floating ?? dtype) : dtype;
  }
  const name = Object.entries(dataTypes).find(([, number]) => number === type)?.[0];
  throw new Refused(`${name ?? `type ${type}`} elements of ${what}`);
}
