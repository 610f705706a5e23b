/** Calls that are refused, and what they say word by word. */
import { tensor, type Tensor } from 'blasgrad';

export type Row = [what: string, run: () => unknown, error: typeof Error, message: string];

/** Something of a type that the compiler would not let through. */
export const as = (value: unknown): never => value as never;
export const Range = RangeError;
export const Type = TypeError;

export const matrix = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

export function testRefusals(rows: readonly Row[]): void {
  test.each(rows)('%s', (_what, run, error, message) => {
    expect(run).toThrow(error);
    expect(run).toThrow(new Error(message));
  });
}
