/**
 * Defines what a short run leaves out of the long tests. `npm run test:full` runs all of them; `npm test` runs a part, and
 * lists at the end what it has left out.
 */
const full = process.env['BLASGRAD_TEST_FULL'] === '1';

/** How many there are of each kind in this test file, and how many of them run: for scripts/jest/environment.cjs. */
const parts: Record<string, { kept: number; all: number }> = {};
Object.assign(globalThis, { [Symbol.for('blasgrad.parts')]: parts });

function note(of: string, kept: number, all: number): void {
  const sum = (parts[of] ??= { kept: 0, all: 0 });
  sum.kept += kept;
  sum.all += all;
}

/** All of a table; in a short run one in `step`, evenly over the table, from `first` on. */
export function oneIn<T>(step: number, of: string, table: readonly T[], first = 0): readonly T[] {
  if (full) return table;
  const kept = table.filter((_, i) => i % step === first % step);
  note(of, kept.length, table.length);
  return kept;
}

/** How often something is repeated: `all` times; in a short run `few` times. */
export function times(all: number, few: number, of: string): number {
  if (full) return all;
  note(of, few, all);
  return few;
}

/** A test that only a complete run has. */
export const testInFull = (name: string, run: () => Promise<void>, limit?: number): void => {
  if (full) test(name, run, limit);
  else note('tests that take long', 0, 1);
};
