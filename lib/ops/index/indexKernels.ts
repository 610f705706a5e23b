/** The native calls of gathering and scattering. */
import { namedKernelPairs, type Attrs, type Operands, type Shape } from '../define';

/** Sizes before, along and after the dimension: `n` in the tensor, `m` in the index. */
type Sizes = Attrs<'outer' | 'n' | 'm' | 'inner'>;

export const reading = (name: string) =>
  namedKernelPairs(name, (call, o: Operands<'x' | 'index' | 'out'>, a: Sizes) => {
    call(o.x, o.index, o.out, a.outer, a.n, a.m, a.inner);
  });
export const writing = (name: string) =>
  namedKernelPairs(name, (call, o: Operands<'out' | 'index' | 'source'>, a: Sizes) => {
    call(o.out, o.index, o.source, a.outer, a.n, a.m, a.inner);
  });

/** The dimension, and the shape of the tensor that was indexed. */
export interface Along {
  readonly dim: number;
  readonly shape: Shape;
}
