/** The ONNX operators Conv, ConvTranspose and Col2Im. */
import { shapeText, unexpected } from '../../../core/errors';
import { convolutionWith } from '../../../functional/convolution/conv';
import { transposedWith } from '../../../functional/convolution/transpose';
import { fold as foldOf } from '../../../functional/unfold';
import type { Tensor } from '../../../core/tensor';
import { intsOf, tensorOf, type Datum } from './datum';
import { Unsupported } from './elements';
import type { GraphNode, Operator } from './node';

const op = 'OnnxModule';

const autoPads = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const;

/** The attributes that both convolutions have. */
function settingsOf(node: GraphNode) {
  const name = node.string('auto_pad', 'NOTSET') as (typeof autoPads)[number];
  if (!autoPads.includes(name)) throw new Unsupported(`${node.type} with auto_pad ${name}`);
  node.ignore('kernel_shape'); // the shape of the weight
  const groups = node.int('group', 1);
  const pads = node.ints('pads');
  const options = {
    groups,
    stride: node.ints('strides') ?? 1,
    dilation: node.ints('dilations') ?? 1,
  };
  return { autoPad: name, pads, options };
}

function inputsOf([x, weight, bias = null]: readonly (Datum | null)[]) {
  const kernel = tensorOf(weight);
  if (kernel.ndim < 3 || kernel.ndim > 5) {
    throw unexpected(op, '1 to 3 dimensions of a kernel', 'weight', shapeText(kernel.shape));
  }
  const dims = kernel.ndim - 2;
  return { dims, x: tensorOf(x), weight: kernel, bias: bias === null ? null : tensorOf(bias) };
}

/** Zeros before and after each dimension. */
function halves(pads: readonly number[] | null, dims: number) {
  const all = pads ?? new Array<number>(2 * dims).fill(0);
  if (all.length !== 2 * dims || all.some((width) => width < 0)) {
    throw unexpected(op, `${2 * dims} numbers of at least 0`, 'pads', shapeText(all));
  }
  return { before: all.slice(0, dims), after: all.slice(dims) };
}

/** Both parts of a padding; SAME_UPPER has the larger one at the end. */
function shares(total: readonly number[], upper: boolean) {
  const [small, large] = [Math.floor, Math.ceil].map((round) =>
    total.map((width) => round(Math.max(width, 0) / 2)),
  );
  return upper ? { before: small, after: large } : { before: large, after: small };
}

const conv: Operator = (node) => {
  const { autoPad, pads, options } = settingsOf(node);
  return (inputs) => {
    const { dims, x, weight, bias } = inputsOf(inputs);
    return convolutionWith(op, dims, x, weight, bias, options, ({ kernel, stride, dilation }) => {
      if (!autoPad.startsWith('SAME')) return halves(autoPad === 'VALID' ? null : pads, dims);
      const total = kernel.map((size, i) => {
        const input = x.shape[i + 2];
        const last = (Math.ceil(input / stride[i]) - 1) * stride[i];
        return last + dilation[i] * (size - 1) + 1 - input;
      });
      return shares(total, autoPad === 'SAME_UPPER');
    });
  };
};

const convTranspose: Operator = (node) => {
  const { autoPad, pads, options } = settingsOf(node);
  const [added, wanted] = [node.ints('output_padding'), node.ints('output_shape')];
  return (inputs): Tensor => {
    const { dims, x, weight, bias } = inputsOf(inputs);
    const outputPadding = added ?? 0;
    return transposedWith(
      op,
      dims,
      x,
      weight,
      bias,
      { ...options, outputPadding },
      (full, stride) => {
        const same = autoPad.startsWith('SAME');
        const sizes = wanted ?? (same ? stride.map((step, i) => step * x.shape[i + 2]) : null);
        if (sizes === null) {
          const { before, after } = halves(autoPad === 'VALID' ? null : pads, dims);
          return { before, sizes: full.map((size, i) => size - before[i] - after[i]) };
        }
        if (sizes.length !== dims) {
          throw unexpected(op, `${dims} numbers`, 'output_shape', shapeText(sizes));
        }
        const total = full.map((size, i) => size - sizes[i]);
        return { before: shares(total, autoPad === 'SAME_UPPER').before, sizes };
      },
    );
  };
};

const col2Im: Operator = (node) => {
  const options = { stride: node.ints('strides') ?? 1, dilation: node.ints('dilations') ?? 1 };
  const pads = node.ints('pads');
  return ([x, sizes, blocks]) => {
    const kernel = intsOf(blocks as Datum);
    const { before, after } = halves(pads, kernel.length);
    if (before.some((width, i) => width !== after[i])) {
      throw unexpected(op, 'the same padding at both ends', 'pads', shapeText(pads ?? []));
    }
    return foldOf(tensorOf(x), intsOf(sizes as Datum), kernel, { ...options, padding: before });
  };
};

export const convolutions: Readonly<Record<string, Operator>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Col2Im: col2Im,
};
