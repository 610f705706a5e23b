/** Interpolation and sampling as ONNX nodes. */
import { isFloating } from '../../../core/dtype';
import type { OpName } from '../../../core/node';
import { fixed, Unsupported, type Emitters, type GraphBuilder, type Ref } from '../builder';
import type { Size } from '../size';

const modes = { linear: 'linear', cubic: 'cubic', nearest: 'nearest', 'nearest-exact': 'nearest' };
const gridModes = { bilinear: 'linear', nearest: 'nearest', bicubic: 'cubic' };

/** Spatial sizes before and after, and the factors of the user. */
interface Sizes {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly factors: readonly number[] | null;
}

/** Means of ranges, which Resize does not have, as a product with a matrix for each dimension. */
function means(x: Ref, { from, to }: Sizes, graph: GraphBuilder): string {
  const [batch, channels] = x.shape;
  return from.reduce((name, n, i) => {
    const m = to[i];
    if (n === m) return name;
    const isLast = i === from.length - 1;
    const matrix = new Float64Array(m * n);
    for (let row = 0; row < m; row++) {
      const [first, end] = [Math.floor((row * n) / m), Math.ceil(((row + 1) * n) / m)];
      for (let at = first; at < end; at++) {
        matrix[isLast ? at * m + row : row * n + at] = 1 / (end - first);
      }
    }
    const weights = graph.constant(x.dtype, isLast ? [n, m] : [m, n], Array.from(matrix));
    if (isLast) return graph.node('MatMul', [name, weights]);
    if (i === from.length - 2) return graph.node('MatMul', [weights, name]);
    // The dimensions after this one count as columns.
    const inner = from.slice(i + 1).reduce((product, size) => product * size, 1);
    const flat = graph.reshape(name, [batch, channels, n, inner]);
    const product = graph.node('MatMul', [weights, flat]);
    return graph.reshape(product, [batch, channels, m, ...from.slice(i + 1)]);
  }, x.name);
}

/** Copies of elements by their indices: runtimes have no Resize of some dtypes. */
function picked(x: Ref, mode: string, { from, to, factors }: Sizes, graph: GraphBuilder): string {
  const { fround } = Math;
  return from.reduce((name, n, i) => {
    const factor = factors?.[i];
    const scale = fround(factor === undefined ? fround(n) / fround(to[i]) : 1 / factor);
    const indices = Array.from({ length: to[i] }, (_, at) => {
      const position = mode === 'nearest' ? fround(at * scale) : fround((at + 0.5) * scale);
      return Math.min(Math.floor(position), n - 1);
    });
    return graph.node('Gather', [name, graph.ints(indices)], { axis: BigInt(i + 2) });
  }, x.name);
}

export const resampling = {
  interpolate: ({ inputs: [x], outputs: [out], attrs }, graph) => {
    const { mode, alignCorners, antialias, scales, size, shape } = attrs;
    const number = (value: Size): number => fixed(value, 'a size of interpolate');
    const sizes: Sizes = {
      from: shape.slice(2).map(number),
      to: size.map(number),
      factors: scales?.map(number) ?? null,
    };
    if (mode === 'area') return means(x, sizes, graph);
    if (mode === 'lanczos') throw new Unsupported('ONNX has no Resize with mode lanczos');
    if (antialias && alignCorners) {
      throw new Unsupported('runtimes have no Resize with both antialias and alignCorners');
    }
    if (x.dtype === 'uint8' && !mode.startsWith('nearest')) {
      throw new Unsupported('ONNX rounds bytes otherwise; convert the images to float32 first');
    }
    if (!isFloating(x.dtype) && x.dtype !== 'uint8') return picked(x, mode, sizes, graph);
    if (antialias) graph.requireOpset(18);
    const nearest = mode === 'nearest' || mode === 'nearest-exact';
    const half = mode === 'nearest' ? 'asymmetric' : 'half_pixel';
    const options = {
      mode: modes[mode],
      coordinate_transformation_mode: alignCorners ? 'align_corners' : half,
      ...(nearest ? { nearest_mode: mode === 'nearest' ? 'floor' : 'round_prefer_ceil' } : {}),
      ...(mode === 'cubic' ? { cubic_coeff_a: antialias ? -0.5 : -0.75 } : {}),
      ...(antialias ? { antialias: 1n, exclude_outside: 1n } : {}),
    };
    // Positions are computed from the factor of the user where that is not the quotient of the sizes.
    const { from, to, factors } = sizes;
    const rounds = factors !== null && factors.some((factor, i) => from[i] * factor !== to[i]);
    const target = rounds
      ? [graph.constant('float32', [2 + factors.length], [1, 1, ...factors])]
      : ['', graph.sizes(out.shape)];
    // onnxruntime has no Resize of float64.
    const dtype = x.dtype === 'float64' ? 'float32' : x.dtype;
    const y = graph.node('Resize', [graph.as(x, dtype), '', ...target], options);
    return graph.as({ ...out, name: y, dtype }, out.dtype);
  },
  gridSample: ({ inputs: [x, grid], attrs }, graph) => {
    const { mode, paddingMode, alignCorners } = attrs;
    if (mode === 'bicubic' && attrs.shape.length === 5) {
      throw new Unsupported('runtimes have no cubic GridSample of volumes');
    }
    // Modes have other names since opset 20, which also has volumes.
    graph.requireOpset(20);
    return graph.node('GridSample', [x.name, grid.name], {
      mode: gridModes[mode],
      padding_mode: paddingMode,
      align_corners: alignCorners ? 1n : 0n,
    });
  },
} satisfies Partial<Emitters<OpName>>;
