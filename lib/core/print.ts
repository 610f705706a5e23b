/** How tensors print: as PyTorch with its default print options (torch._tensor_str). */
import { inspect } from 'node:util';
import { capture } from './capture';
import { contentOf, defaultDType, isFloating, type TypedArray } from './dtype';
import { readElement, type Element } from './element';
import { shapeText } from './errors';
import { addMethods } from './methods';
import { Tensor } from './tensor';

const digits = 4;
const lineWidth = 80;
/** Tensors with more elements are summarised: only some items at both ends of each dimension are shown. */
const summarizeAbove = 1000;
const edgeItems = 3;

/** The text of an element, and the width to which all elements are padded. */
interface ElementFormat {
  readonly text: (value: Element) => string;
  readonly width: number;
}

declare module './tensor' {
  interface Tensor {
    /**
     * The tensor as text, as PyTorch prints it: long dimensions are abbreviated.
     *
     * @returns the text
     * @see torch.Tensor.__repr__
     * @example String(tensor([[1, 2], [3, 4]])) // 'tensor([[1., 2.],\n        [3., 4.]])'
     */
    toString(): string;
    /** @internal */
    [inspect.custom](): string;
  }
}

addMethods({
  toString(this: Tensor): string {
    return formatTensor(this);
  },
});

Object.defineProperty(Tensor.prototype, inspect.custom, {
  value: function (this: Tensor): string {
    return this.toString();
  },
});

/** `tensor([[1., 2.]], dtype: float64, gradFn: <AddBackward>)`. */
function formatTensor(t: Tensor): string {
  const prefix = 'tensor(';
  const suffixes: string[] = [];
  const empty = t.numel() === 0;
  // Transferred, used by a running compiled function, or computed in a compiled function, where values cannot be
  // read.
  const hidden =
    !empty && (t._storage.array.length === 0 || capture?.computed(t._storage) === true);
  if (hidden || (empty && t.ndim !== 1)) suffixes.push(`shape: ${shapeText(t.shape)}`);
  const byElements = contentOf(t.dtype) === 'bigints' || t.dtype === 'bool';
  const isShown = t.dtype === defaultDType || (byElements && !empty);
  if (!isShown) suffixes.push(`dtype: ${t.dtype}`);
  if (t.gradFn !== null) suffixes.push(`gradFn: <${t.gradFn.name}>`);
  else if (t.requiresGrad) suffixes.push('requiresGrad: true');
  const text =
    prefix + (empty ? '[]' : hidden ? '...' : new Printer(t).print(0, t._offset, prefix.length));
  return `${withSuffixes(text, suffixes, prefix.length)})`;
}

/** Appends each suffix to the last line, or on a new line if it would be too wide. */
function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let lastLine = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lastLine + suffix.length + 2 > lineWidth) {
      text += `,\n${' '.repeat(indent)}${suffix}`;
      lastLine = indent + suffix.length;
    } else {
      text += `, ${suffix}`;
      lastLine += suffix.length + 2;
    }
  }
  return text;
}

/** Formats the elements of a non-empty tensor; reads only the elements it shows. */
class Printer {
  private readonly array: TypedArray;
  private readonly strides: readonly number[];
  private readonly summarize: boolean;
  private readonly format: ElementFormat;

  constructor(private readonly tensor: Tensor) {
    this.array = tensor._storage.array;
    this.strides = tensor._strides;
    this.summarize = tensor.numel() > summarizeAbove;
    const shown: Element[] = [];
    this.collect(0, tensor._offset, shown);
    this.format = elementFormat(tensor, shown);
  }

  /** Brackets around the elements along `dim`, starting at `offset`. */
  print(dim: number, offset: number, indent: number): string {
    const { shape, ndim } = this.tensor;
    if (ndim === 0) return this.element(offset);
    const parts = this.shownAlong(dim).map((at) => offset + at * this.strides[dim]);
    const last = dim === ndim - 1;
    const texts = parts.map((at) =>
      last ? this.element(at) : this.print(dim + 1, at, indent + 1),
    );
    if (texts.length < shape[dim]) texts.splice(edgeItems, 0, last ? ' ...' : '...');
    if (!last) return `[${texts.join(`,${'\n'.repeat(ndim - dim - 1)}${' '.repeat(indent + 1)}`)}]`;
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (this.format.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < texts.length; i += perLine) {
      lines.push(texts.slice(i, i + perLine).join(', '));
    }
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
  }

  private element(offset: number): string {
    return this.format.text(this.value(offset)).padStart(this.format.width);
  }

  private value(offset: number): Element {
    return readElement(this.tensor.dtype, this.array, offset);
  }

  private shownAlong(dim: number): number[] {
    const size = this.tensor.shape[dim];
    const all = !this.summarize || size <= 2 * edgeItems;
    return Array.from({ length: all ? size : 2 * edgeItems }, (_, i) =>
      all || i < edgeItems ? i : size - 2 * edgeItems + i,
    );
  }

  private collect(dim: number, offset: number, shown: Element[]): void {
    if (dim === this.tensor.ndim) {
      shown.push(this.value(offset));
      return;
    }
    for (const at of this.shownAlong(dim))
      this.collect(dim + 1, offset + at * this.strides[dim], shown);
  }
}

function elementFormat(tensor: Tensor, shown: readonly Element[]): ElementFormat {
  if (isFloating(tensor.dtype)) return floatFormat(shown.map(Number));
  const text = tensor.dtype === 'bool' ? (value: Element) => (value ? 'True' : 'False') : String;
  return { text, width: widest(shown, text) };
}

/** Formats as integers, with a fixed point, or in scientific notation, whichever suits all finite nonzero values. */
function floatFormat(shown: readonly number[]): ElementFormat {
  const values = shown.filter((value) => Number.isFinite(value) && value !== 0);
  // Only zeros, NaN and infinities, which PyTorch does not align.
  if (values.length === 0) return { text: ofNumber(integer), width: 1 };
  const sizes = values.map(Math.abs);
  const low = Math.min(...sizes);
  const high = Math.max(...sizes);
  const isWhole = values.every(Number.isInteger);
  const isWide = high / low > 1000 || high > 1e8 || (!isWhole && low < 1e-4);
  const text = isWide ? scientific : isWhole ? integer : fixed;
  return { text: ofNumber(text), width: widest(values, text) };
}

/** Elements of floating tensors are numbers. */
function ofNumber(text: (value: number) => string): ElementFormat['text'] {
  return (value) => text(Number(value));
}

function widest<T extends Element>(values: readonly T[], text: (value: T) => string): number {
  return values.reduce<number>((width, value) => Math.max(width, text(value).length), 1);
}

function integer(value: number): string {
  return Number.isFinite(value) ? `${sign(value)}${Math.abs(value).toFixed(0)}.` : special(value);
}

function fixed(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const size = Math.abs(value);
  return sign(value) + tieToEven(size.toFixed(digits), size.toFixed(exactDigits));
}

function scientific(value: number): string {
  if (!Number.isFinite(value)) return special(value);
  const size = Math.abs(value);
  const [mantissa, exponent] = size.toExponential(digits).split('e');
  const power = exponent.slice(1).padStart(2, '0');
  return `${sign(value)}${tieToEven(mantissa, size.toExponential(exactDigits))}e${exponent[0]}${power}`;
}

function special(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function sign(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

/** Enough digits to distinguish a double half-way between two printed numbers from its neighbours. */
const exactDigits = 60;

/**
 * JavaScript rounds a number half-way between two texts up, Python to the even digit: 0.03125 prints as 0.0312.
 * `rounded` may have carried into another digit, but then its last digit is even.
 */
function tieToEven(rounded: string, exact: string): string {
  const isTie = /^50*(?:e|$)/.test(exact.slice(exact.indexOf('.') + 1 + digits));
  const last = Number(rounded.at(-1));
  return isTie && last % 2 === 1 ? rounded.slice(0, -1) + String(last - 1) : rounded;
}
