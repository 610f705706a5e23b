/** Pooling in plain JavaScript. */
import { at, build, type InputSpec, type Plain } from '../../harness';
import { indicesOf } from '../../../support/plain';

/** The number of spatial dimensions. */
export type Dims = 1 | 2 | 3;

export interface Options {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
  readonly divisorOverride?: number;
}

export type Sizes = number | readonly number[];
export const each = (value: Sizes, dims: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: dims }, () => value) : value;

/** Elements of one window: indices of the input, null for padding, and those beyond the padding left out. */
type Element = { readonly place: readonly number[]; readonly inside: boolean };

/** The number of windows along each dimension, and the elements of the window of an output. */
function windows(x: Plain, dims: number, kernelSize: Sizes, options: Options) {
  const kernel = each(kernelSize, dims);
  const stride = each(options.stride ?? kernel, dims);
  const padding = each(options.padding ?? 0, dims);
  const dilation = each(options.dilation ?? 1, dims);
  const sizes = x.shape.slice(-dims);
  const out = sizes.map((size, i) => {
    const rest = size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    const count = (options.ceilMode ? Math.ceil : Math.floor)(rest / stride[i]) + 1;
    const beyond = options.ceilMode && (count - 1) * stride[i] >= size + padding[i];
    return beyond ? count - 1 : count;
  });
  const elements = (output: readonly number[]): Element[] =>
    indicesOf(kernel).flatMap((tap) => {
      const place = tap.map((k, i) => output[i] * stride[i] - padding[i] + k * dilation[i]);
      if (place.some((p, i) => p >= sizes[i] + padding[i])) return [];
      return [{ place, inside: place.every((p, i) => p >= 0 && p < sizes[i]) }];
    });
  return { out, elements, size: kernel.reduce((a, b) => a * b, 1) };
}

/** The index of a place in its plane. */
export const flat = (place: readonly number[], sizes: readonly number[]): number =>
  place.reduce((index, p, i) => index * sizes[i] + p, 0);

/** The first of the largest numbers, or the last NaN. */
export function largest(x: Plain, lead: readonly number[], places: readonly (readonly number[])[]) {
  let [value, place] = [-Infinity, places[0]];
  for (const candidate of places) {
    const number = at(x, [...lead, ...candidate]);
    if (number > value || Number.isNaN(number)) [value, place] = [number, candidate];
  }
  return { value, place };
}

export function maxima(
  dims: number,
  kernel: Sizes,
  options: Options,
): (x: Plain) => [Plain, Plain] {
  return (x) => {
    const { out, elements } = windows(x, dims, kernel, options);
    const sizes = x.shape.slice(-dims);
    const found = (index: number[]) => {
      const inside = elements(index.slice(-dims)).filter((element) => element.inside);
      return largest(
        x,
        index.slice(0, -dims),
        inside.map(({ place }) => place),
      );
    };
    const shape = [...x.shape.slice(0, -dims), ...out];
    return [
      build(shape, (index) => found(index).value),
      build(shape, (index) => flat(found(index).place, sizes)),
    ];
  };
}

export function averages(dims: number, kernel: Sizes, options: Options): (x: Plain) => Plain {
  return (x) => {
    const { out, elements } = windows(x, dims, kernel, options);
    return build([...x.shape.slice(0, -dims), ...out], (index) => {
      const all = elements(index.slice(-dims));
      const inside = all.filter((element) => element.inside);
      const lead = index.slice(0, -dims);
      const sum = inside.reduce((total, { place }) => total + at(x, [...lead, ...place]), 0);
      const count = options.countIncludePad === false ? inside.length : all.length;
      return sum / (options.divisorOverride ?? count);
    });
  };
}

/** An input without ties. */
export const distinct = (shape: readonly number[]): InputSpec => ({ shape, distinct: true });
