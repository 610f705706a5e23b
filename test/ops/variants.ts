/** More inputs for elementwise ops: shapes and values at which loops and formulas can go wrong. */
import { rounded, type DType, type Plain } from '../support/plain';

// Vectors hold 4 to 16 elements, kernels pack blocks of 1024 and read rows of 64 in place.
const oneInput = [[], [0], [2, 0, 3], [1], [3], [7], [16], [17], [33], [1025], [2, 3, 2]];

const twoInputs = [
  [[], []],
  [[3], []],
  [[], [2, 3]],
  [[1], [3]],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [2, 3],
    [2, 1],
  ],
  [[0], [1]],
  [
    [2, 0],
    [1, 1],
  ],
  [[17], [17]],
  [[1025], [1]],
  [
    [3, 130],
    [3, 1],
  ],
  [
    [2, 1, 70],
    [3, 70],
  ],
];

/** Shapes for `count` inputs that broadcast together. */
export function arrangements(count: number): number[][][] {
  if (count === 1) return oneInput.map((shape) => [shape]);
  return twoInputs.map(([a, b]) => Array.from({ length: count }, (_, i) => [a, b, [1]][i % 3]));
}

const common = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, 1e-3, 30, -30, 100, -100];
const values: Readonly<Record<DType, readonly number[]>> = {
  float32: [...common, 1e30, -1e30, 1e-30, -1e-30, 3.4e38, -3.4e38].map(Math.fround),
  float64: [...common, 1e300, -1e300, 1e-290, -1e-290, 1.7e308, -1.7e308, 800, -800],
  int32: [0, 1, -1, 7, -7, 2147483647, -2147483648],
  float16: [...common, 65504, -65504, 2 ** -24, -(2 ** -14)],
  bfloat16: [...common, 2 ** 127, -(2 ** 127), 2 ** -133],
  int64: [0, 1, -1, 7, -7, 2 ** 53 - 1, -(2 ** 53 - 1)],
  uint8: [0, 1, 7, 255],
  bool: [0, 1],
};

/** Each combination of extreme values of the dtypes, one combination an element. */
export function extremeInputs(dtypes: readonly DType[], more: readonly number[]): Plain[] {
  let rows: number[][] = [[]];
  for (const dtype of dtypes) {
    const own = dtype === 'float32' ? more.map(Math.fround) : dtype === 'float64' ? more : [];
    const all = [...values[dtype], ...own].map((value) => rounded(value, dtype));
    rows = rows.flatMap((row) => all.map((value) => [...row, value]));
  }
  return dtypes.map((_, i) => ({ shape: [rows.length], data: rows.map((row) => row[i]) }));
}
