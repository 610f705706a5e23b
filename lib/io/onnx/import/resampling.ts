/** ONNX operators that resize and sample images: Resize, Upsample, GridSample, DepthToSpace, SpaceToDepth. */
import { numbersOf } from '../../../core/access';
import { shapeText, unexpected } from '../../../core/errors';
import { noGrad } from '../../../core/gradMode';
import { normalizeDim } from '../../../core/shape';
import type { Tensor } from '../../../core/tensor';
import { tensor } from '../../../creation/filled';
import { gridSample } from '../../../functional/gridSample';
import { pixelShuffle } from '../../../functional/shuffle';
import { interpolate, type ResampleMode } from '../../../ops/nn/interpolate';
import { intsOf, tensorOf, type Datum } from './datum';
import { tensors } from './elementwise';
import { Unsupported } from './elements';
import type { GraphNode, Operator } from './node';

const op = 'OnnxModule';

/** The attributes of Resize. */
interface ResizeForm {
  readonly mode: string;
  /** How positions of the input are computed: coordinate_transformation_mode. */
  readonly coordinates: string;
  /** How positions are rounded by mode nearest. */
  readonly rounding: string;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

const coordinateModes = [
  'half_pixel',
  'pytorch_half_pixel',
  'half_pixel_symmetric',
  'align_corners',
  'asymmetric',
];
const roundings: Readonly<Partial<Record<string, (x: number) => number>>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
};

function formOf(node: GraphNode): ResizeForm {
  const modern = node.type === 'Resize' && node.opset >= 11;
  node.only('keep_aspect_ratio_policy', 'stretch');
  node.ignore('extrapolation_value');
  const mode = node.string('mode', 'nearest').replace('bilinear', 'linear');
  const form = {
    mode,
    coordinates: node.string(
      'coordinate_transformation_mode',
      modern ? 'half_pixel' : 'asymmetric',
    ),
    rounding: node.string('nearest_mode', modern ? 'round_prefer_floor' : 'floor'),
    cubicA: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) !== 0,
    antialias: node.int('antialias', 0) !== 0 && mode !== 'nearest',
  };
  if (!['nearest', 'linear', 'cubic'].includes(form.mode)) {
    throw new Unsupported(`${node.type} with mode ${form.mode}`);
  }
  if (!coordinateModes.includes(form.coordinates)) {
    throw new Unsupported(`${node.type} with coordinate_transformation_mode ${form.coordinates}`);
  }
  if (roundings[form.rounding] === undefined) {
    throw new Unsupported(`${node.type} with nearest_mode ${form.rounding}`);
  }
  if (form.antialias && nativeMode(form) === null) {
    throw new Unsupported(`${node.type} with antialias and ${form.coordinates}`);
  }
  return form;
}

/** The mode of the library's own op with the same positions and weights; null if it has none. */
function nativeMode(form: ResizeForm): ResampleMode | null {
  const { mode, coordinates, rounding, cubicA, excludeOutside, antialias } = form;
  if (mode === 'nearest') {
    if (coordinates === 'asymmetric' && rounding === 'floor') return 'nearest';
    return coordinates === 'half_pixel' && rounding === 'round_prefer_ceil'
      ? 'nearest-exact'
      : null;
  }
  const half = coordinates === 'half_pixel' || coordinates === 'align_corners';
  if (!half || (antialias && !excludeOutside)) return null;
  if (mode === 'linear') return 'linear';
  const a = antialias ? -0.5 : -0.75;
  return Math.fround(cubicA) === a && excludeOutside === antialias ? 'cubic' : null;
}

/** The size of each dimension after resizing, and its factor. */
interface Target {
  readonly size: number;
  readonly scale: number;
}

const resize: Operator = (node) => {
  const form = formOf(node);
  const attribute = node.floats('scales');
  const given = node.ints('axes');
  const modern = node.type === 'Resize' && node.opset >= 11;
  return ([x, ...rest]) => {
    const input = tensorOf(x);
    const [scales = null, sizes = null] = modern ? rest.slice(1) : rest;
    const axes = (given ?? input.shape.map((_, dim) => dim)).map((dim) =>
      normalizeDim(op, dim, input.ndim, 'axes'),
    );
    const hasSizes = sizes !== null && sizes.shape[0] !== 0;
    const values = hasSizes ? intsOf(sizes) : (attribute ?? floatsOf(scales));
    if (values.length !== axes.length) {
      const what = `${axes.length} sizes or scales for input ${shapeText(input.shape)}`;
      throw unexpected(op, what, node.type, shapeText(values));
    }
    const targets = input.shape.map((n, dim): Target => {
      const value = axes.includes(dim) ? values[axes.indexOf(dim)] : null;
      if (value === null) return { size: n, scale: 1 };
      if (hasSizes) return { size: value, scale: value / n };
      return { size: Math.floor(n * value), scale: value };
    });
    return resized(input, targets, form);
  };
};

function floatsOf(scales: Datum | null): number[] {
  return scales === null ? [] : Array.from(numbersOf(op, tensorOf(scales)));
}

function resized(x: Tensor, targets: readonly Target[], form: ResizeForm): Tensor {
  const mode = nativeMode(form);
  const size = targets.map((target) => target.size);
  const spatial = x.ndim >= 3 && x.ndim <= 5 && size[0] === x.shape[0] && size[1] === x.shape[1];
  if (mode !== null && spatial && !size.includes(0) && !x.shape.includes(0)) {
    return interpolate(x, {
      mode,
      alignCorners: form.coordinates === 'align_corners',
      antialias: form.antialias,
      size: size.slice(2),
      scales: targets.slice(2).map((target) => target.scale),
    });
  }
  if (form.antialias) throw new Unsupported(`Resize with antialias of ${shapeText(x.shape)}`);
  return targets.reduce((y, target, dim) => resizedAlong(y, dim, target, form), x);
}

/** One dimension, as a weighted sum of selected elements. */
function resizedAlong(x: Tensor, dim: number, { size, scale }: Target, form: ResizeForm): Tensor {
  const n = x.shape[dim];
  if (size === n && scale === 1) return x;
  const positions = Array.from({ length: size }, (_, i) => positionOf(i, n, size, scale, form));
  const select = (at: readonly number[]): Tensor => {
    const inside = at.map((position) => Math.min(Math.max(position, 0), n - 1));
    return x.indexSelect(dim, tensor(Int32Array.from(inside)));
  };
  if (form.mode === 'nearest') return select(positions.map(roundings[form.rounding] ?? Math.floor));
  const low = positions.map(Math.floor);
  const taps = form.mode === 'linear' ? [0, 1] : [-1, 0, 1, 2];
  const weights = positions.map((at, i) => {
    const t = at - low[i];
    const own = form.mode === 'linear' ? [1 - t, t] : cubicWeights(t, form.cubicA);
    if (!form.excludeOutside) return own;
    const kept = own.map((w, k) => (low[i] + taps[k] < 0 || low[i] + taps[k] >= n ? 0 : w));
    const total = kept.reduce((sum, w) => sum + w, 0);
    return kept.map((w) => w / total);
  });
  const shape = x.shape.map((_, other) => (other === dim ? size : 1));
  return taps
    .map((tap, k) => {
      const weight = noGrad(() =>
        tensor(Float64Array.from(weights, (own) => own[k]))
          .to(x.dtype)
          .reshape(shape),
      );
      return select(low.map((at) => at + tap)).mul(weight);
    })
    .reduce((sum, term) => sum.add(term));
}

function positionOf(i: number, n: number, m: number, scale: number, form: ResizeForm): number {
  const half = (i + 0.5) / scale - 0.5;
  switch (form.coordinates) {
    case 'asymmetric':
      return i / scale;
    case 'align_corners':
      return m === 1 ? 0 : (i * (n - 1)) / (m - 1);
    case 'pytorch_half_pixel':
      return m === 1 ? 0 : half;
    case 'half_pixel_symmetric':
      return (n / 2) * (1 - m / (scale * n)) + half;
    default:
      return half;
  }
}

function cubicWeights(t: number, a: number): number[] {
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

const gridModes: Readonly<Partial<Record<string, 'bilinear' | 'nearest' | 'bicubic'>>> = {
  bilinear: 'bilinear',
  linear: 'bilinear',
  nearest: 'nearest',
  bicubic: 'bicubic',
  cubic: 'bicubic',
};
const edges: Readonly<Partial<Record<string, 'zeros' | 'border' | 'reflection'>>> = {
  zeros: 'zeros',
  border: 'border',
  reflection: 'reflection',
};

const sample: Operator = (node) => {
  const [name, edge] = [node.string('mode', 'bilinear'), node.string('padding_mode', 'zeros')];
  const [mode, paddingMode] = [gridModes[name], edges[edge]];
  const alignCorners = node.int('align_corners', 0) !== 0;
  if (mode === undefined) throw new Unsupported(`GridSample with mode ${name}`);
  if (paddingMode === undefined) throw new Unsupported(`GridSample with padding_mode ${edge}`);
  return tensors((x, grid) => gridSample(x, grid.to(x.dtype), { mode, paddingMode, alignCorners }));
};

/** Images whose channels are (block, block, C), or (C, block, block) in mode CRD. */
const depthToSpace: Operator = (node) => {
  const [block, mode] = [node.int('blocksize', 1), node.string('mode', 'DCR')];
  if (mode !== 'DCR' && mode !== 'CRD') throw new Unsupported(`DepthToSpace with mode ${mode}`);
  return tensors((x) => {
    if (mode === 'CRD') return pixelShuffle(x, block);
    const [n, c, h, w] = x.shape;
    const channels = c / (block * block);
    return x
      .reshape(n, block, block, channels, h, w)
      .permute(0, 3, 4, 1, 5, 2)
      .reshape(n, channels, h * block, w * block);
  });
};

const spaceToDepth: Operator = (node) => {
  const block = node.int('blocksize', 1);
  return tensors((x) => {
    const [n, c, h, w] = x.shape;
    return x
      .reshape(n, c, h / block, block, w / block, block)
      .permute(0, 3, 5, 1, 2, 4)
      .reshape(n, c * block * block, h / block, w / block);
  });
};

export const resampling: Readonly<Record<string, Operator>> = {
  Resize: resize,
  Upsample: resize,
  GridSample: sample,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
