/**
 * Convolution, and the gradients of its input and weight. Each of the three is linear in both tensors, and
 * its gradients are the other two.
 */
import {
  emptyGradient,
  isGradEnabled,
  namedKernels,
  record,
  Tensor,
  type Operands,
  type Rule,
} from '../define';

/** One number for each of three dimensions; 1-d and 2-d convolutions have leading sizes of 1. */
export type Triple = readonly [number, number, number];

/**
 * The sizes of a convolution of x (batch, inChannels, input...) with weight (outChannels, inChannels / groups,
 * kernel...) to y (batch, outChannels, output...). Output o reads the inputs o * stride + tap * dilation - padding;
 * those outside the input are 0. So the padding at the end follows from `output`.
 */
export interface ConvGeometry {
  /** The number of dimensions of the tensors after the channels: 1 to 3. */
  readonly dims: number;
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly input: Triple;
  readonly output: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  /** At the start of each dimension. */
  readonly padding: Triple;
  readonly dilation: Triple;
}

declare module '../../core/node' {
  interface OpAttrs {
    conv: ConvGeometry;
    convInput: ConvGeometry;
    convWeight: ConvGeometry;
  }
}

/* prettier-ignore */
const convKernels = namedKernels(
  'conv',
  (call, o: Operands<'x' | 'weight' | 'bias' | 'y'>, g: Flat) => {
    call(o.x, o.weight, o.bias, o.y, g.batch, g.inChannels, g.outChannels, g.groups,
      g.input0, g.output0, g.kernel0, g.stride0, g.padding0, g.dilation0,
      g.input1, g.output1, g.kernel1, g.stride1, g.padding1, g.dilation1,
      g.input2, g.output2, g.kernel2, g.stride2, g.padding2, g.dilation2);
  },
);
/* prettier-ignore */
const convInputKernels = namedKernels(
  'convInput',
  (call, o: Operands<'dy' | 'weight' | 'bias' | 'dx'>, g: Flat) => {
    call(o.dy, o.weight, o.bias, o.dx, g.batch, g.inChannels, g.outChannels, g.groups,
      g.input0, g.output0, g.kernel0, g.stride0, g.padding0, g.dilation0,
      g.input1, g.output1, g.kernel1, g.stride1, g.padding1, g.dilation1,
      g.input2, g.output2, g.kernel2, g.stride2, g.padding2, g.dilation2);
  },
);
/* prettier-ignore */
const convWeightKernels = namedKernels(
  'convWeight',
  (call, o: Operands<'x' | 'dy' | 'dWeight' | 'dBias'>, g: Flat) => {
    call(o.x, o.dy, o.dWeight, o.dBias, g.batch, g.inChannels, g.outChannels, g.groups,
      g.input0, g.output0, g.kernel0, g.stride0, g.padding0, g.dilation0,
      g.input1, g.output1, g.kernel1, g.stride1, g.padding1, g.dilation1,
      g.input2, g.output2, g.kernel2, g.stride2, g.padding2, g.dilation2);
  },
);

type PerDimension = 'input' | 'output' | 'kernel' | 'stride' | 'padding' | 'dilation';
/** The native attributes. */
type Flat = Readonly<
  Record<'batch' | 'inChannels' | 'outChannels' | 'groups' | `${PerDimension}${0 | 1 | 2}`, number>
>;

/* prettier-ignore */
function flat(g: ConvGeometry): Flat {
  const { batch, inChannels, outChannels, groups, input, output, kernel, stride, padding, dilation } = g;
  return {
    batch, inChannels, outChannels, groups,
    input0: input[0], output0: output[0], kernel0: kernel[0], stride0: stride[0], padding0: padding[0], dilation0: dilation[0],
    input1: input[1], output1: output[1], kernel1: kernel[1], stride1: stride[1], padding1: padding[1], dilation1: dilation[1],
    input2: input[2], output2: output[2], kernel2: kernel[2], stride2: stride[2], padding2: padding[2], dilation2: dilation[2],
  };
}

const convRule: Rule<'conv'> = {
  name: 'conv',
  grad: (dy, node) => {
    const [x, weight] = node.saved;
    const hasBias = node.edges.length > 2;
    const dx = node.needs(0) ? convolveInput(dy, weight, null, node.attrs) : null;
    const needsBias = hasBias && node.needs(2);
    if (isGradEnabled() || !node.needs(1)) {
      const dWeight = node.needs(1) ? convolveWeight(x, dy, node.attrs) : null;
      return [dx, dWeight, needsBias ? sumOfChannels(dy, node.attrs) : null];
    }
    const dWeight = emptyGradient(node, 1, weight.shape);
    const dBias = needsBias ? emptyGradient(node, 2, [node.attrs.outChannels]) : null;
    runWeight(x, dy, dWeight, dBias, node.attrs);
    return [dx, dWeight, dBias];
  },
};

const convInputRule: Rule<'convInput'> = {
  name: 'convInput',
  grad: (dx, node) => {
    const [dy, weight] = node.saved;
    const needsBias = node.edges.length > 2 && node.needs(2);
    return [
      node.needs(0) ? convolve(dx, weight, null, node.attrs) : null,
      node.needs(1) ? convolveWeight(dx, dy, node.attrs) : null,
      needsBias ? sumOfChannels(dx, node.attrs) : null,
    ];
  },
};

const convWeightRule: Rule<'convWeight'> = {
  name: 'convWeight',
  grad: (dWeight, node) => {
    const [x, dy] = node.saved;
    return [
      node.needs(0) ? convolveInput(dy, dWeight, null, node.attrs) : null,
      node.needs(1) ? convolve(x, dWeight, null, node.attrs) : null,
    ];
  },
};

const sumOfChannels = (dy: Tensor, { dims }: ConvGeometry): Tensor =>
  dy.sum([0, 2, 3, 4].slice(0, dims + 1));

/** Sizes in the shape of a tensor: those of the last dimensions. */
const last = (sizes: Triple, { dims }: ConvGeometry): number[] => sizes.slice(3 - dims);

function runWeight(
  x: Tensor,
  dy: Tensor,
  dWeight: Tensor,
  dBias: Tensor | null,
  geometry: ConvGeometry,
): void {
  convWeightKernels[x.dtype](
    {
      x: x.contiguous()._flat,
      dy: dy.contiguous()._flat,
      dWeight: dWeight._flat,
      dBias: dBias === null ? null : dBias._flat,
    },
    flat(geometry),
  );
}

/**
 * The convolution of x (batch, inChannels, ...input) with weight (outChannels, inChannels / groups, ...kernel), plus
 * a bias (outChannels) or null. All have one floating dtype and the sizes of `geometry`.
 */
export function convolve(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  geometry: ConvGeometry,
): Tensor {
  const input = x.contiguous();
  const kernel = weight.contiguous();
  const shift = bias === null ? null : bias.contiguous();
  const y = Tensor._empty(x.dtype, [
    geometry.batch,
    geometry.outChannels,
    ...last(geometry.output, geometry),
  ]);
  convKernels[x.dtype](
    {
      x: input._flat,
      weight: kernel._flat,
      bias: shift === null ? null : shift._flat,
      y: y._flat,
    },
    flat(geometry),
  );
  const inputs = shift === null ? [input, kernel] : [input, kernel, shift];
  return record(y, convRule, inputs, [input, kernel], geometry);
}

/**
 * The gradient of the input of a convolution, which is also the transposed convolution: dy (batch, outChannels,
 * ...output) and weight to (batch, inChannels, ...input), plus a bias (inChannels) or null.
 */
export function convolveInput(
  dy: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  geometry: ConvGeometry,
): Tensor {
  const gradient = dy.contiguous();
  const kernel = weight.contiguous();
  const shift = bias === null ? null : bias.contiguous();
  const dx = Tensor._empty(dy.dtype, [
    geometry.batch,
    geometry.inChannels,
    ...last(geometry.input, geometry),
  ]);
  convInputKernels[dy.dtype](
    {
      dy: gradient._flat,
      weight: kernel._flat,
      bias: shift === null ? null : shift._flat,
      dx: dx._flat,
    },
    flat(geometry),
  );
  const inputs = shift === null ? [gradient, kernel] : [gradient, kernel, shift];
  return record(dx, convInputRule, inputs, [gradient, kernel], geometry);
}

/** The gradient of the weight of a convolution: x and dy to (outChannels, inChannels / groups, ...kernel). */
export function convolveWeight(x: Tensor, dy: Tensor, geometry: ConvGeometry): Tensor {
  const { outChannels, inChannels, groups, kernel } = geometry;
  const input = x.contiguous();
  const gradient = dy.contiguous();
  const dWeight = Tensor._empty(x.dtype, [
    outChannels,
    inChannels / groups,
    ...last(kernel, geometry),
  ]);
  runWeight(input, gradient, dWeight, null, geometry);
  return record(dWeight, convWeightRule, [input, gradient], [input, gradient], geometry);
}
