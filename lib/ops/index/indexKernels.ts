/** The native calls of gathering and scattering. */
import { isHalf, type DType } from '../../core/dtype';
import {
  namedKernelPairs,
  type Attrs,
  type NamedKernels,
  type Operands,
  type Shape,
} from '../define';

/** Sizes before, along and after the dimension: `n` in the tensor, `m` in the index. */
type Sizes = Attrs<'outer' | 'n' | 'm' | 'inner'>;
type Reading = Operands<'x' | 'index' | 'out'>;
type Writing = Operands<'out' | 'index' | 'source'>;
/** By the dtypes of the elements and of the index. */
export type IndexKernels<O> = Readonly<Record<DType, NamedKernels<O, Sizes>>>;

export function reading(name: string): IndexKernels<Reading> {
  return namedKernelPairs(name, (call, o: Reading, a: Sizes) => {
    call(o.x, o.index, o.out, a.outer, a.n, a.m, a.inner);
  });
}

export function writing(name: string): IndexKernels<Writing> {
  return namedKernelPairs(name, (call, o: Writing, a: Sizes) => {
    call(o.out, o.index, o.source, a.outer, a.n, a.m, a.inner);
  });
}

/** The dimension, and the shape of the tensor that was indexed. */
export interface Along {
  readonly dim: number;
  readonly shape: Shape;
}

/**
 * The dtype in which elements are added or multiplied. Halves use float32, to be rounded once; bool counts as 0 and
 * 1, so its sum is OR and its product is AND.
 */
export function dtypeOfSums(dtype: DType): DType {
  return isHalf(dtype) ? 'float32' : dtype === 'bool' ? 'int32' : dtype;
}
