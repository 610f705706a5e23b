/** Tensors with given values, contiguous or strided. */
import { tensor, type Tensor } from 'blasgrad';
import { build, indicesOf, sizeOf, stridesOf, type DType, type Plain } from './plain';

export function make(dtype: DType, shape: readonly number[], values: readonly number[]): Tensor {
  return tensor([...values], { dtype }).reshape(shape);
}

/** A number that shows when it is read by mistake. */
const fillers: Readonly<Partial<Record<DType, number>>> = {
  int64: -1234567890123456,
  int32: -123456789,
  uint8: 201,
  bool: 1,
};
function filler(dtype: DType): number {
  return fillers[dtype] ?? NaN;
}

/** A tensor of the values of `x` and how they lie in memory. */
type Layout = (x: Plain, dtype: DType) => Tensor;

const reversed = (shape: readonly number[]): number[] => [...shape].reverse();

const inOrder: Layout = (x, dtype) => make(dtype, x.shape, x.data);

const transposed: Layout = (x, dtype) => {
  const strides = stridesOf(x.shape);
  const flipped = build(reversed(x.shape), (index) => {
    return x.data[reversed(index).reduce((sum, i, dim) => sum + i * strides[dim], 0)];
  });
  const order = x.shape.map((_, dim) => x.shape.length - 1 - dim);
  return make(dtype, flipped.shape, flipped.data).permute(order);
};

/** In order, but not at the start of its memory. */
const offset: Layout = (x, dtype) => {
  const [first = 1, ...rest] = x.shape;
  const around = new Array<number>(sizeOf(rest)).fill(filler(dtype));
  const whole = make(dtype, [first + 2, ...rest], [...around, ...x.data, ...around]);
  return x.shape.length === 0 ? whole.select(0, 1) : whole.narrow(0, 1, first);
};

/** Every second element along every dimension of something larger. */
const strided: Layout = (x, dtype) => {
  if (x.shape.length === 0) return offset(x, dtype);
  const wide = x.shape.map((size) => 2 * size + 1);
  const data = new Array<number>(sizeOf(wide)).fill(filler(dtype));
  const strides = stridesOf(wide);
  indicesOf(x.shape).forEach((index, i) => {
    data[index.reduce((sum, k, dim) => sum + (2 * k + 1) * strides[dim], 0)] = x.data[i];
  });
  const whole = make(dtype, wide, data);
  return x.shape.reduce((view, size, dim) => view.slice(dim, 1, 2 * size + 1, 2), whole);
};

export const layouts = { inOrder, transposed, strided, offset } as const;

export type LayoutName = keyof typeof layouts;

/** Which layout each of `count` inputs has: all alike, and all mixed. */
export function layoutMixes(count: number): LayoutName[][] {
  const names = Object.keys(layouts) as LayoutName[];
  const alike = names.slice(1).map((name) => new Array<LayoutName>(count).fill(name));
  const mixed = names.map((_, shift) =>
    Array.from({ length: count }, (_, i) => names[(i + shift) % names.length]),
  );
  return count > 1 ? [...alike, ...mixed] : alike;
}
