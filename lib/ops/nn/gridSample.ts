/** Sampling of images and volumes at the points of a grid. */
import { isHalf } from '../../core/dtype';
import { numelOf } from '../../core/shape';
import { isGradEnabled, kernels, record, Tensor, type Rule, type Shape } from '../define';
import { composedGridGradient } from './gridGradient';

const sampleKernels = kernels('gridSample');
const inputKernels = kernels('gridSampleInput');
const gridKernels = kernels('gridSampleGrid');

const modeCodes = { bilinear: 0, nearest: 1, bicubic: 2 } as const;
const edgeCodes = { zeros: 0, border: 1, reflection: 2 } as const;

/** How a grid is sampled. */
export interface Sampling {
  readonly mode: keyof typeof modeCodes;
  readonly paddingMode: keyof typeof edgeCodes;
  readonly alignCorners: boolean;
}
interface Sampled extends Sampling {
  /** The shape of the input. */
  readonly shape: Shape;
}

declare module '../../core/node' {
  interface OpAttrs {
    gridSample: Sampled;
    gridSampleInput: Sampled;
    gridSampleGrid: Sampled;
  }
}

// The result S(x, grid) is linear in x; its adjoint in x is I(dy, grid), and the gradient of the grid G(dy, x, grid).
// G of higher derivatives is computed by ordinary ops.
const sampleRule: Rule<'gridSample'> = {
  name: 'gridSample',
  grad: (dy, node) => {
    const [x, grid] = node.saved;
    return [
      node.needs(0) ? sampleInput(dy, grid, node.attrs) : null,
      node.needs(1) ? sampleGrid(dy, x, grid, node.attrs) : null,
    ];
  },
};
const inputRule: Rule<'gridSampleInput'> = {
  name: 'gridSampleInput',
  grad: (dx, node) => {
    const [dy, grid] = node.saved;
    return [
      node.needs(0) ? gridSample(dx, grid, node.attrs) : null,
      node.needs(1) ? sampleGrid(dy, dx, grid, node.attrs) : null,
    ];
  },
};
// Recorded only for 'nearest', whose derivatives are 0.
const gridRule: Rule<'gridSampleGrid'> = {
  name: 'gridSampleGrid',
  grad: (_dgrid, node) => node.saved.map((input, i) => (node.needs(i) ? zeros(input) : null)),
};

const zeros = (like: Tensor): Tensor => Tensor._empty(like.dtype, like.shape).zero_();

function attrsOf({ shape, mode, paddingMode, alignCorners }: Sampled, grid: Tensor) {
  const [batch, channels, ...spatial] = shape;
  const [depth, height, width] = spatial.length === 3 ? spatial : [1, ...spatial];
  const points = numelOf(grid.shape.slice(1, -1));
  return [
    ...[batch, channels, depth, height, width, points, spatial.length],
    ...[modeCodes[mode], edgeCodes[paddingMode], alignCorners],
  ];
}

/** Samples (N, C, ...) at grid (N, ..., 2 or 3). The caller checks shapes and dtypes; halves are not computed with. */
export function gridSample(input: Tensor, points: Tensor, sampling: Sampling): Tensor {
  if (isHalf(input.dtype)) {
    return gridSample(input.to('float32'), points.to('float32'), sampling).to(input.dtype);
  }
  const [x, grid] = [input.contiguous(), points.contiguous()];
  const { mode, paddingMode, alignCorners } = sampling;
  const attrs: Sampled = { mode, paddingMode, alignCorners, shape: x.shape };
  const y = Tensor._empty(x.dtype, [...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)]);
  sampleKernels[x.dtype](x._flat, grid._flat, y._flat, ...attrsOf(attrs, grid));
  return record(y, sampleRule, [x, grid], [x, grid], attrs);
}

function sampleInput(slopes: Tensor, grid: Tensor, attrs: Sampled): Tensor {
  const dy = slopes.contiguous();
  const dx = Tensor._empty(dy.dtype, attrs.shape);
  inputKernels[dy.dtype](dy._flat, grid._flat, dx._flat, ...attrsOf(attrs, grid));
  return record(dx, inputRule, [dy, grid], [dy, grid], attrs);
}

function sampleGrid(slopes: Tensor, input: Tensor, grid: Tensor, attrs: Sampled): Tensor {
  if (isGradEnabled() && attrs.mode !== 'nearest') {
    return composedGridGradient(slopes, input, grid, attrs);
  }
  const [dy, x] = [slopes.contiguous(), input.contiguous()];
  const dgrid = Tensor._empty(dy.dtype, grid.shape);
  gridKernels[dy.dtype](dy._flat, x._flat, grid._flat, dgrid._flat, ...attrsOf(attrs, grid));
  return record(dgrid, gridRule, [dy, x, grid], [dy, x, grid], attrs);
}
