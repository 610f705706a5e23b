/** Reads PyTorch's results from the .jsonl files of the golden tests: one case for each line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor, tensor } from 'blasgrad';
import { plainOf, requireClose, rounded, type Plain, type Tolerance } from './plain';

/** `float` stands for float32 and float64; what JSON cannot say is a string. */
export interface GoldenTensor {
  readonly shape: number[];
  readonly dtype: 'float' | 'int32' | 'uint8' | 'bool';
  readonly data: readonly (number | boolean | 'NaN' | 'Infinity' | '-Infinity')[];
}

export type Precision = 'float32' | 'float64';

export const tolerances: Readonly<Record<Precision, Tolerance>> = {
  float32: { rel: 1e-4, abs: 1e-5 },
  float64: { rel: 1e-9, abs: 1e-10 },
};

/** The lines of `test/golden/<name>.jsonl`. */
export function readGolden<Line>(name: string): Line[] {
  const text = readFileSync(join(__dirname, '..', 'golden', `${name}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

export function goldenPlain({ shape, data }: GoldenTensor): Plain {
  return { shape, data: data.map(Number) };
}

export function goldenTensor(golden: GoldenTensor, precision: Precision): Tensor {
  const dtype = golden.dtype === 'float' ? precision : golden.dtype;
  return tensor(goldenPlain(golden).data, { dtype }).reshape(golden.shape);
}

/** Throws unless the tensor has the dtype, the shape and, within the tolerance, the values. */
export function requireGolden(
  actual: Tensor,
  golden: GoldenTensor,
  precision: Precision,
  what: string,
): void {
  const dtype = golden.dtype === 'float' ? precision : golden.dtype;
  if (actual.dtype !== dtype)
    throw new Error(`${what}: expected dtype ${dtype}, got ${actual.dtype}`);
  const expected = goldenPlain(golden);
  const data = expected.data.map((value) => rounded(value, dtype));
  requireClose(plainOf(actual.detach()), { ...expected, data }, tolerances[precision], what);
}

/** All tensors of a result, in order: of arrays, of objects such as { values, indices }, nested or not; null has none. */
export function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (result === null) return [];
  if (typeof result !== 'object') {
    throw new Error(`expected tensors as result, got ${typeof result}`);
  }
  return Object.values(result).flatMap(tensorsIn);
}
