/** Sampling at the points of a grid, as spatial transformers do. */
import { calledAs } from '../core/caller';
import {
  requireArity,
  requireBoolean,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { requireShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { tensor } from '../creation/filled';
import { requireFloating } from '../ops/define';
import { gridSample as gridSampleOp } from '../ops/nn/gridSample';
import { requireSameDType, roundedOnce } from './dtypes';

/** Options of `gridSample`. */
export interface GridSampleOptions {
  /** 'bilinear' (default; in volumes trilinear), 'nearest', or 'bicubic' (in volumes tricubic). */
  mode?: 'bilinear' | 'nearest' | 'bicubic';
  /** What is outside of the input: 'zeros' (default), its 'border', or its 'reflection'. */
  paddingMode?: 'zeros' | 'border' | 'reflection';
  /** Whether -1 and 1 are the centers of the first and last elements, instead of their outer edges; default false. */
  alignCorners?: boolean | null;
}

/**
 * Samples images or volumes at the points of a grid.
 *
 * Coordinates are x, y and, for volumes, z: -1 is the left, upper or front side of the input, 1 the other one.
 *
 * @param input (N, C, H, W) or (N, C, D, H, W), floating
 * @param grid (N, H', W', 2) or (N, D', H', W', 3), the coordinates of each point, in the dtype of `input`
 * @param options.mode 'bilinear' (default), 'nearest' or 'bicubic'
 * @param options.paddingMode 'zeros' (default), 'border' or 'reflection'
 * @param options.alignCorners whether -1 and 1 are the centers of the outermost elements; default false
 * @returns (N, C, H', W') or (N, C, D', H', W')
 * @throws RangeError if the shapes do not match, or a spatial size of `input` is 0
 * @see torch.nn.functional.grid_sample; Jaderberg et al. 2015, Spatial Transformer Networks
 * @example F.gridSample(tensor([[[[1, 3]]]]), tensor([[[[0, 0]]]])) // tensor([[[[2.]]]])
 */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const op = 'gridSample';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['mode', 'paddingMode', 'alignCorners']);
  const mode = requireOneOf(op, 'mode', options.mode ?? 'bilinear', [
    'bilinear',
    'nearest',
    'bicubic',
  ]);
  const paddingMode = requireOneOf(op, 'paddingMode', options.paddingMode ?? 'zeros', [
    'zeros',
    'border',
    'reflection',
  ]);
  const alignCorners = requireBoolean(op, 'alignCorners', options.alignCorners ?? false);
  const x = requireTensor(op, 'input', input);
  const points = requireTensor(op, 'grid', grid);
  requireFloating(op, 'input', x);
  requireSameDType(op, x, 'grid', points);
  if (x.ndim !== 4 && x.ndim !== 5) {
    throw unexpected(op, '4 or 5 dimensions', 'input', shapeText(x.shape));
  }
  if (
    points.ndim !== x.ndim ||
    points.shape[0] !== x.shape[0] ||
    points.shape.at(-1) !== x.ndim - 2
  ) {
    const axes = x.ndim === 4 ? 'H, W, 2' : 'D, H, W, 3';
    const what = `shape [${x.shape[0]}, ${axes}] for input ${shapeText(x.shape)}`;
    throw unexpected(op, what, 'grid', shapeText(points.shape));
  }
  if (x.shape.slice(2).includes(0)) {
    throw unexpected(op, 'spatial sizes of at least 1', 'input', shapeText(x.shape));
  }
  return gridSampleOp(x, points, { mode, paddingMode, alignCorners });
}

/**
 * The grid of an affine map of coordinates, for `gridSample`.
 *
 * @param theta (N, 2, 3) for images or (N, 3, 4) for volumes, floating: the map from output to input coordinates
 * @param size shape of the output, [N, C, H, W] or [N, C, D, H, W]
 * @param options.alignCorners whether -1 and 1 are the centers of the outermost elements; default false
 * @returns (N, H, W, 2) or (N, D, H, W, 3)
 * @throws RangeError if `theta` and `size` do not match, or a size is 0
 * @see torch.nn.functional.affine_grid
 * @example F.affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]]), [1, 1, 1, 2]) // tensor([[[[-0.5000,  0.0000], [ 0.5000,  0.0000]]]])
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  options: { alignCorners?: boolean | null } = {},
): Tensor {
  const op = 'affineGrid';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['alignCorners']);
  const alignCorners = requireBoolean(op, 'alignCorners', options.alignCorners ?? false);
  const map = requireTensor(op, 'theta', theta);
  requireFloating(op, 'theta', map);
  const shape = requireShape(op, size, 'size');
  if ((shape.length !== 4 && shape.length !== 5) || shape.includes(0)) {
    throw unexpected(op, '4 or 5 sizes of at least 1', 'size', shapeText(shape));
  }
  const [batch, , ...spatial] = shape;
  const rank = spatial.length;
  if (
    map.ndim !== 3 ||
    map.shape[0] !== batch ||
    map.shape[1] !== rank ||
    map.shape[2] !== rank + 1
  ) {
    const what = `shape [${batch}, ${rank}, ${rank + 1}] for size ${shapeText(shape)}`;
    throw unexpected(op, what, 'theta', shapeText(map.shape));
  }
  const base = basePoints(spatial, alignCorners);
  return calledAs(op, () =>
    roundedOnce([map], (matrix) => {
      const points = tensor(base, { dtype: matrix.dtype }).reshape(-1, rank + 1);
      return points.matmul(matrix.transpose(1, 2)).reshape([batch, ...spatial, rank]);
    }),
  );
}

/** Rows (x, y, 1) or (x, y, z, 1) for all positions. */
function basePoints(spatial: readonly number[], alignCorners: boolean): Float64Array {
  const rank = spatial.length;
  const coordinate = (i: number, n: number): number => {
    if (n === 1) return 0;
    return alignCorners ? (2 * i) / (n - 1) - 1 : (2 * i + 1) / n - 1;
  };
  const points = spatial.reduce((product, n) => product * n, 1);
  const base = new Float64Array(points * (rank + 1)).fill(1);
  for (let p = 0; p < points; p++) {
    let rest = p;
    for (let r = 0; r < rank; r++) {
      const n = spatial[rank - 1 - r];
      base[p * (rank + 1) + r] = coordinate(rest % n, n);
      rest = Math.floor(rest / n);
    }
  }
  return base;
}
