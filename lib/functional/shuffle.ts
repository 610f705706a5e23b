/** Moving elements between channels and space, and between groups of channels. */
import { requireArity, requireInteger, shapeText, unexpected } from '../core/errors';
import { requireTensor, type Tensor } from '../core/tensor';

function requireImages(op: string, input: unknown): Tensor {
  const x = requireTensor(op, 'input', input);
  if (x.ndim < 3) throw unexpected(op, 'at least 3 dimensions', 'input', shapeText(x.shape));
  return x;
}

/**
 * Moves elements from channels to space: sub-pixel upscaling.
 *
 * @param input (..., C * r * r, H, W)
 * @param upscaleFactor the factor r of height and width
 * @returns (..., C, H * r, W * r)
 * @throws RangeError if r * r does not divide the channels
 * @see torch.nn.functional.pixel_shuffle; Shi et al. 2016, Real-Time Single Image and Video Super-Resolution
 * @example F.pixelShuffle(zeros(1, 8, 2, 3), 2).shape // [ 1, 2, 4, 6 ]
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  const op = 'pixelShuffle';
  requireArity(op, arguments.length, 2);
  const x = requireImages(op, input);
  const r = requireInteger(op, 'upscaleFactor', upscaleFactor, 1);
  const [c, h, w] = x.shape.slice(-3);
  if (c % (r * r) !== 0) {
    const what = `channels that ${r} * ${r} divides`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  const lead = x.shape.slice(0, -3);
  const channels = c / (r * r);
  const n = lead.length;
  const dims = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
  return x
    .reshape([...lead, channels, r, r, h, w])
    .permute(dims)
    .clone()
    .reshape([...lead, channels, h * r, w * r]);
}

/**
 * Moves elements from space to channels: the inverse of `pixelShuffle`.
 *
 * @param input (..., C, H * r, W * r)
 * @param downscaleFactor the divisor r of height and width
 * @returns (..., C * r * r, H, W)
 * @throws RangeError if r does not divide height and width
 * @see torch.nn.functional.pixel_unshuffle
 * @example F.pixelUnshuffle(zeros(1, 2, 4, 6), 2).shape // [ 1, 8, 2, 3 ]
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  const op = 'pixelUnshuffle';
  requireArity(op, arguments.length, 2);
  const x = requireImages(op, input);
  const r = requireInteger(op, 'downscaleFactor', downscaleFactor, 1);
  const [c, h, w] = x.shape.slice(-3);
  if (h % r !== 0 || w % r !== 0) {
    throw unexpected(op, `a height and a width that ${r} divides`, 'input', shapeText(x.shape));
  }
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  const dims = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
  return x
    .reshape([...lead, c, h / r, r, w / r, r])
    .permute(dims)
    .clone()
    .reshape([...lead, c * r * r, h / r, w / r]);
}

/**
 * Interleaves groups of channels: channel i of group g becomes channel i * groups + g.
 *
 * @param input (N, C, ...), at least 3 dimensions
 * @param groups the number of groups
 * @returns the shape of `input`
 * @throws RangeError if `groups` does not divide the channels
 * @see torch.nn.functional.channel_shuffle; Zhang et al. 2018, ShuffleNet
 * @example F.channelShuffle(arange(4).reshape(1, 4, 1, 1), 2).flatten() // tensor([0., 2., 1., 3.])
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  const op = 'channelShuffle';
  requireArity(op, arguments.length, 2);
  const x = requireImages(op, input);
  const g = requireInteger(op, 'groups', groups, 1);
  const [n, c, ...rest] = x.shape;
  if (c % g !== 0) {
    throw unexpected(op, `channels that ${g} groups divide`, 'input', shapeText(x.shape));
  }
  return x
    .reshape([n, g, c / g, ...rest])
    .transpose(1, 2)
    .clone()
    .reshape(x.shape);
}
