/** The ONNX operator Pad. */
import { shapeText, unexpected } from '../../../core/errors';
import { normalizeDim, requireShape } from '../../../core/shape';
import { pad as padOp, type PadMode } from '../../../ops/shape/pad';
import { intsOf, tensorOf } from './datum';
import { Unsupported } from './elements';
import type { Operator } from './node';

const op = 'OnnxModule';

const modes: Readonly<Partial<Record<string, PadMode>>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'replicate',
  wrap: 'circular',
};

/** Widths and value are inputs; before opset 11, attributes. The axes are an input since opset 18. */
const pad: Operator = (node) => {
  const [name, fallback] = [node.string('mode', 'constant'), node.float('value', 0)];
  const attribute = node.ints('pads') ?? node.ints('paddings') ?? [];
  const mode = modes[name];
  if (mode === undefined) throw new Unsupported(`${node.type} with mode ${name}`);
  return ([x, pads = null, value = null, axes = null]) => {
    const input = tensorOf(x);
    const widths = pads === null ? attribute : intsOf(pads);
    const dims = axes === null ? input.shape.map((_, dim) => dim) : intsOf(axes);
    if (widths.length !== 2 * dims.length) {
      const what = `${2 * dims.length} widths for input ${shapeText(input.shape)}`;
      throw unexpected(op, what, 'pads', shapeText(widths));
    }
    const [before, after] = [0, dims.length].map((first) => {
      const side = input.shape.map(() => 0);
      dims.forEach((dim, i) => {
        side[normalizeDim(op, dim, input.ndim, 'axes')] = widths[first + i];
      });
      return side;
    });
    requireShape(
      op,
      input.shape.map((size, dim) => size + before[dim] + after[dim]),
      'padded shape',
    );
    const fill = value === null ? fallback : tensorOf(value).item<number | bigint>();
    return padOp(input, { mode, before, after }, mode === 'constant' ? fill : 0);
  };
};

export const padding: Readonly<Record<string, Operator>> = { Pad: pad };
