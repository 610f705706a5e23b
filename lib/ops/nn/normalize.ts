/** Normalised channels: the distance from a mean in units of a standard deviation. */
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

/** Where the channels are. */
export interface ChannelPlace {
  /** Their number; with one the shape may be any. */
  readonly channels: number;
  /** The number of dimensions after that of the channels. */
  readonly after: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    normalizeChannels: ChannelPlace;
  }
}

const normalizeRule: Rule<'normalizeChannels'> = {
  name: 'normalizeChannels',
  // Without a mean the op is its own derivative.
  grad: (dy, node) => [
    normalizeChannels(normalizeRule.name, dy, null, node.saved[0], node.attrs),
    null,
    null,
  ],
};

/**
 * (x - mean) / std for each channel. uint8 counts as x / 255 and becomes float32; floating numbers keep their dtype.
 *
 * @param mean one number for each channel, float64; null for 0
 * @param std as mean
 */
export function normalizeChannels(
  op: string,
  x: Tensor,
  mean: Tensor | null,
  std: Tensor,
  place: ChannelPlace,
): Tensor {
  requireDTypeOf(op, 'input', x, 'uint8', ...floatingDTypes);
  const out = Tensor._empty(x.dtype === 'uint8' ? 'float32' : x.dtype, x.shape);
  const { channels, after } = place;
  const inner = channels === 1 ? x.numel() : numelOf(x.shape.slice(x.ndim - after));
  const outer = channels === 1 ? 1 : numelOf(x.shape.slice(0, x.ndim - after - 1));
  normalizeKernels[x.dtype][out.dtype](
    {
      x: (x._contiguous ? x : x.detach().contiguous())._flat,
      mean: mean === null ? null : mean._flat,
      std: std._flat,
      out: out._flat,
    },
    { outer, channels, inner },
  );
  return record(out, normalizeRule, mean === null ? [x, std] : [x, std, mean], [std], place);
}
