/** Arguments that all functions that create tensors share. */
import { calledAs } from '../core/caller';
import { defaultDType, requireDType, type DType } from '../core/dtype';
import { requireArity, requireOptions, wrongType } from '../core/errors';
import type { RandomOptions } from '../core/generator';
import { requireShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';

/** Options of functions that create tensors. */
export interface TensorOptions {
  /** Dtype of the elements; default float32, or the dtype that the values imply. */
  dtype?: DType;
  /** Whether `backward` computes a gradient for the tensor; default false. */
  requiresGrad?: boolean;
}

/** Options of functions that create random tensors. */
export type Options = TensorOptions & RandomOptions;

/** Sizes as an array or one by one, then options: `zeros([2, 3])`, `zeros(2, 3, { dtype: 'int32' })`. */
export type SizesAnd<Options> =
  [shape: readonly number[], options?: Options] | number[] | [...sizes: number[], options: Options];

export const tensorKeys = ['dtype', 'requiresGrad'];
export const randomKeys = [...tensorKeys, 'generator'];

export function finish(op: string, tensor: Tensor, options: TensorOptions): Tensor {
  const { requiresGrad } = options;
  if (requiresGrad === undefined) return tensor;
  return calledAs(op, () => tensor.requiresGrad_(requiresGrad), ['this', 'dtype']);
}

export function dtypeOf(op: string, options: TensorOptions, fallback: DType = defaultDType): DType {
  return options.dtype === undefined ? fallback : requireDType(op, options.dtype);
}

/** Splits the options off the end of the arguments; at most `most` arguments may precede them. */
export function splitOptions(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
  most = Infinity,
): [unknown[], Options] {
  const last = args.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
  const options = hasOptions ? last : {};
  requireOptions(op, options, known);
  const rest =
    hasOptions || (last === undefined && args.length > 0) ? args.slice(0, -1) : [...args];
  requireArity(op, args.length, most + 1);
  if (rest.length > most) throw wrongType(op, 'an object', 'options', last);
  return [rest, options];
}

export function sizesAndOptions(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
): { shape: number[]; options: Options } {
  const [sizes, options] = splitOptions(op, args, known);
  const list = sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes;
  return { shape: requireShape(op, list), options };
}

/** The input and the dtype of the result: that of the input, unless the options name one. */
export function like(
  op: string,
  input: unknown,
  options: TensorOptions,
  known = tensorKeys,
): [Tensor, DType] {
  requireOptions(op, options, known);
  const x = requireTensor(op, 'input', input);
  return [x, dtypeOf(op, options, x.dtype)];
}
