/** The windows of images as columns, and the sum of such columns back into images. */
import { namedKernels, record, Tensor, type Attrs, type Operands, type Rule } from '../define';

/** A number for rows and one for columns. */
export type Pair = readonly [height: number, width: number];

/** Windows over images; window o reads the inputs o * stride + tap * dilation - padding. */
export interface Windows {
  readonly batch: number;
  readonly channels: number;
  readonly input: Pair;
  /** The number of windows. */
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}

declare module '../../core/node' {
  interface OpAttrs {
    unfold: Windows;
    fold: Windows;
  }
}

type PerDimension = 'input' | 'output' | 'kernel' | 'stride' | 'padding' | 'dilation';
/** The native attributes. */
type Flat = Attrs<'planes' | `${PerDimension}${'Height' | 'Width'}`>;

function flat({ batch, channels, input, output, kernel, ...steps }: Windows): Flat {
  const { stride, padding, dilation } = steps;
  return {
    planes: batch * channels,
    inputHeight: input[0],
    outputHeight: output[0],
    kernelHeight: kernel[0],
    strideHeight: stride[0],
    paddingHeight: padding[0],
    dilationHeight: dilation[0],
    inputWidth: input[1],
    outputWidth: output[1],
    kernelWidth: kernel[1],
    strideWidth: stride[1],
    paddingWidth: padding[1],
    dilationWidth: dilation[1],
  };
}

/* prettier-ignore */
const unfoldKernels = namedKernels('unfold', (call, o: Operands<'x' | 'y'>, a: Flat) => {
  call(o.x, o.y, a.planes,
    a.inputHeight, a.outputHeight, a.kernelHeight, a.strideHeight, a.paddingHeight, a.dilationHeight,
    a.inputWidth, a.outputWidth, a.kernelWidth, a.strideWidth, a.paddingWidth, a.dilationWidth);
});
/* prettier-ignore */
const foldKernels = namedKernels('fold', (call, o: Operands<'x' | 'y'>, a: Flat) => {
  call(o.y, o.x, a.planes,
    a.inputHeight, a.outputHeight, a.kernelHeight, a.strideHeight, a.paddingHeight, a.dilationHeight,
    a.inputWidth, a.outputWidth, a.kernelWidth, a.strideWidth, a.paddingWidth, a.dilationWidth);
});

const unfoldRule: Rule<'unfold'> = {
  name: 'unfold',
  grad: (dy, node) => [foldColumns(dy, node.attrs)],
};
const foldRule: Rule<'fold'> = {
  name: 'fold',
  grad: (dx, node) => [unfoldImages(dx, node.attrs)],
};

/** x (batch, channels, height, width) to (batch, channels * taps, windows); any dtype. */
export function unfoldImages(x: Tensor, windows: Windows): Tensor {
  const { batch, channels, kernel, output } = windows;
  const shape = [batch, channels * kernel[0] * kernel[1], output[0] * output[1]];
  const y = Tensor._empty(x.dtype, shape);
  unfoldKernels[x.dtype]({ x: x.contiguous()._flat, y: y._flat }, flat(windows));
  return record(y, unfoldRule, [x], [], windows);
}

/** y (batch, channels * taps, windows) to (batch, channels, height, width); floating dtypes. */
export function foldColumns(y: Tensor, windows: Windows): Tensor {
  const { batch, channels, input } = windows;
  const x = Tensor._empty(y.dtype, [batch, channels, ...input]);
  foldKernels[y.dtype]({ y: y.contiguous()._flat, x: x._flat }, flat(windows));
  return record(x, foldRule, [y], [], windows);
}
