/** Channel normalisation: subtracts a mean and divides by a standard deviation. */
import { floatingDTypes } from '../../core/dtype';
import { numelOf } from '../../core/shape';
import {
  namedKernelPairs,
  record,
  requireDTypeOf,
  Tensor,
  type Attrs,
  type Operands,
  type Rule,
} from '../define';

const normalizeKernels = namedKernelPairs(
  'normalizeChannels',
  (call, o: Operands<'x' | 'mean' | 'std' | 'out'>, a: Attrs<'outer' | 'channels' | 'inner'>) => {
    call(o.x, o.mean, o.std, o.out, a.outer, a.channels, a.inner);
  },
);

/** One number for each channel. */
interface Statistic {
  readonly values: readonly number[];
  /** The same as float64 (channels), in memory that compiled functions can use. */
  readonly tensor: Tensor;
}

/** The parameters of a channel normalisation. */
export interface ChannelStatistics {
  /** Null for 0. */
  readonly mean: Statistic | null;
  readonly std: Statistic;
  /** The number of dimensions after the channel dimension. If there is one channel, that dimension may be missing. */
  readonly after: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    normalizeChannels: ChannelStatistics;
  }
}

const normalizeRule: Rule<'normalizeChannels'> = {
  name: 'normalizeChannels',
  // Without a mean the op is its own derivative.
  grad: (dy, node) => [normalizeChannels(normalizeRule.name, dy, { ...node.attrs, mean: null })],
};

/** (x - mean) / std for each channel. uint8 counts as x / 255 and becomes float32; floating dtypes stay. */
export function normalizeChannels(op: string, x: Tensor, statistics: ChannelStatistics): Tensor {
  requireDTypeOf(op, 'input', x, 'uint8', ...floatingDTypes);
  const out = Tensor._empty(x.dtype === 'uint8' ? 'float32' : x.dtype, x.shape);
  const { mean, std, after } = statistics;
  const channels = std.values.length;
  const inner = channels === 1 ? x.numel() : numelOf(x.shape.slice(x.ndim - after));
  const outer = channels === 1 ? 1 : numelOf(x.shape.slice(0, x.ndim - after - 1));
  normalizeKernels[x.dtype][out.dtype](
    {
      x: (x._contiguous ? x : x.detach().contiguous())._flat,
      mean: mean === null ? null : mean.tensor._flat,
      std: std.tensor._flat,
      out: out._flat,
    },
    { outer, channels, inner },
  );
  return record(out, normalizeRule, [x], [], statistics);
}
