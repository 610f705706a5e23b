/** Calls with options of PyTorch's functions, and PyTorch 2.15's results. */
import type { Tensor } from 'blasgrad';

export type Row = [what: string, run: () => Tensor | Tensor[], dtype: string, expected: unknown];

/** The elements, with float32 rounded so that 0.1 is 0.1. */
export function valuesOf(one: Tensor): unknown {
  const shown = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shown)
      : typeof value === 'number' && one.dtype === 'float32'
        ? Number(value.toPrecision(7))
        : value;
  return shown(one.toArray());
}

export function testRows(rows: readonly Row[]): void {
  test.each(rows)('%s', (_what, run, dtype, expected) => {
    const result = run();
    const all = Array.isArray(result) ? result : [result];
    const expectedOfAll = Array.isArray(result) ? (expected as unknown[]) : [expected];
    expect(all.map((one) => one.dtype)).toEqual(all.map(() => dtype));
    expect(all.map(valuesOf)).toEqual(expectedOfAll);
  });
}
