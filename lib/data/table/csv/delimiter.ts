/** Finds out which mark stands between the values of a file. */
import type { CsvPlan } from './options';
import { RecordProblem, RecordScanner } from './scanner';

const candidates = [',', ';', '\t', '|', ' '];
const mostRecords = 50;

/**
 * The mark that gives the first records the same number of fields, more than one; of several the one that gives the most
 * fields. A comma if there is none.
 */
export function findDelimiter(start: Uint8Array, { marks, notation, skipLines }: CsvPlan): string {
  let found = ',';
  let best = 0;
  for (const candidate of candidates) {
    if (candidate === notation.decimal && notation.decimal !== ',') continue;
    const counts = fieldCounts(start, { ...marks, delimiter: Buffer.from(candidate) }, skipLines);
    const [first = 0] = counts;
    if (first < 2) continue;
    const share = counts.filter((count) => count === first).length / counts.length;
    // Records of different lengths, such as texts with commas, count less than regular ones.
    const score = share * share * (1 - 1 / first) * (candidate === ' ' ? 0.5 : 1);
    if (score > best + 1e-9) [found, best] = [candidate, score];
  }
  return found;
}

function fieldCounts(
  start: Uint8Array,
  syntax: ConstructorParameters<typeof RecordScanner>[0],
  skipLines: number,
): number[] {
  const scanner = new RecordScanner(syntax, Infinity);
  scanner.feed([start], false);
  const counts: number[] = [];
  try {
    for (let i = 0; i < skipLines; i++) if (scanner.skipLine() !== 0) return [];
    while (counts.length < mostRecords) {
      const count = scanner.next();
      if (count < 0) break;
      counts.push(count);
    }
    if (counts.length === 0) {
      const last = new RecordScanner(syntax, Infinity); // a file of one line without its end
      last.feed([start], true);
      counts.push(last.next());
    }
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
  }
  return counts;
}
