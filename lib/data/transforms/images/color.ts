/** The colours of images (..., C, H, W): brightness, contrast, saturation, hue, grey values. */
import { isFloating } from '../../../core/dtype';
import type { Tensor } from '../../../core/tensor';
import { fromArray } from '../../../creation/filled';
import { stack } from '../../../ops/shape/join';
import { where } from '../../../ops/elementwise/select';
import { asFloat } from './pixels';

/** Red, green and blue count as much for the grey value as in ITU-R BT.601. */
const weights = [0.2989, 0.587, 0.114] as const;

/** The grey values (..., 1, H, W) of colours (..., 3, H, W), not rounded. */
function luminance(colours: Tensor): Tensor {
  const [red, green, blue] = colours.unbind(-3);
  return red
    .mul(weights[0])
    .add(green, { alpha: weights[1] })
    .add(blue, { alpha: weights[2] })
    .unsqueeze(-3);
}

/** Grey images with `channels` equal channels. */
export function grayscale(images: Tensor, channels: 1 | 3): Tensor {
  const grey = images.shape.at(-3) === 1 ? images : luminance(asFloat(images)).to(images.dtype);
  if (channels === 1) return grey;
  const shape = [...grey.shape];
  shape[shape.length - 3] = 3;
  return grey.expand(shape);
}

/** Computed pixels between 0 and the largest value, in the dtype of the images; bytes are cut off, as in torchvision. */
function limited(pixels: Tensor, { dtype }: Tensor): Tensor {
  return pixels.clamp({ min: 0, max: isFloating(dtype) ? 1 : 255 }).to(dtype);
}

function blend(images: Tensor, other: Tensor, ratio: number): Tensor {
  return limited(
    asFloat(images)
      .mul(ratio)
      .add(other, { alpha: 1 - ratio }),
    images,
  );
}

function greyOf(images: Tensor): Tensor {
  const pixels = asFloat(images);
  if (images.shape.at(-3) === 1) return pixels;
  const grey = luminance(pixels);
  return isFloating(images.dtype) ? grey : grey.floor();
}

export function adjustBrightness(images: Tensor, factor: number): Tensor {
  return limited(asFloat(images).mul(factor), images);
}

export function adjustContrast(images: Tensor, factor: number): Tensor {
  return blend(images, greyOf(images).mean([-3, -2, -1], { keepdim: true }), factor);
}

export function adjustSaturation(images: Tensor, factor: number): Tensor {
  return images.shape.at(-3) === 1 ? images : blend(images, greyOf(images), factor);
}

/** Turns the hue by `factor` of a full circle. */
export function adjustHue(images: Tensor, factor: number): Tensor {
  if (images.shape.at(-3) === 1 || images.numel() === 0) return images;
  const bytes = !isFloating(images.dtype);
  const pixels = images.to('float32');
  const { h, s, v } = toHsv(bytes ? pixels.mul(1 / 255) : pixels);
  const colours = fromHsv(h.add(factor).remainder(1), s, v);
  return bytes ? colours.mul(255 + 1 - 1e-3).to(images.dtype) : colours.to(images.dtype);
}

interface Hsv {
  readonly h: Tensor;
  readonly s: Tensor;
  readonly v: Tensor;
}

/** Hue, saturation and value, each (..., H, W), from 0 to 1. */
function toHsv(colours: Tensor): Hsv {
  const [red, green, blue] = colours.unbind(-3);
  const v = colours.amax(-3);
  const range = v.sub(colours.amin(-3));
  const isGrey = range.eq(0);
  const divisor = range.maskedFill(isGrey, 1);
  const s = range.div(v.maskedFill(isGrey, 1));
  const [r, g, b] = [red, green, blue].map((channel) => v.sub(channel).div(divisor));
  const ofGreenOrBlue = where(v.eq(green), r.add(2).sub(b), g.add(4).sub(r));
  const h = where(v.eq(red), b.sub(g), ofGreenOrBlue);
  return {
    h: h
      .mul(1 / 6)
      .add(1)
      .fmod(1),
    s,
    v,
  };
}

// Which of v, p, q and t is red, green and blue in each sixth of the circle.
const sectors = [
  [0, 2, 1, 1, 3, 0],
  [3, 0, 0, 2, 1, 1],
  [1, 1, 3, 0, 0, 2],
] as const;

function fromHsv(h: Tensor, s: Tensor, v: Tensor): Tensor {
  const sixths = h.mul(6);
  const sector = sixths.floor();
  const sf = s.mul(sixths.sub(sector));
  const rest = s.neg().add(1);
  const p = rest.mul(v).clamp({ min: 0, max: 1 });
  const q = sf.neg().add(1).mul(v).clamp({ min: 0, max: 1 });
  const t = sf.add(rest).mul(v).clamp({ min: 0, max: 1 });
  const choices = stack([v, p, q, t], -3);
  const index = sector.to('int32').remainder(6);
  const chosen = sectors.map((row) => fromArray(Int32Array.from(row)).take(index));
  return choices.gather(-3, stack(chosen, -3));
}
