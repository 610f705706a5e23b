/**
 * npm run test:torch -- --select writes selection.jsonl, which npm test runs without Python: a few small samples for every
 * name, which pass, with their elements.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedArray } from 'blasgrad';
import { canBeWritten } from './call';
import { Blob, readCases, type Case, type Entry } from './cases';
import type { Target } from './targets';
import { verdictOf } from './verdict';

export const selectionPath = join(__dirname, 'selection.jsonl');

/** Bytes of all calls together. */
const most = 150_000;

/** Of one call, and of one that is not the only one of its name. */
const [longest, long] = [3200, 430];

/** Steps of optimizers and schedules. */
const steps = { grads: 2, after: 2, states: 8, metrics: 7 };

export function writeSelection(place: (key: string) => string, targets: readonly Target[]): void {
  const lines = targets.flatMap((target) => linesOf(place(target.key), target));
  const names = new Set<string>();
  for (const line of lines.filter(({ rank }) => rank === 0)) {
    if (names.has(line.target)) line.rank = 1; // another variant
    names.add(line.target);
  }
  lines.sort((a, b) => a.rank - b.rank || a.text.length - b.text.length);
  let size = 0;
  const chosen = lines.filter(({ text }) => {
    if (size + text.length > most) return false;
    size += text.length + 1;
    return true;
  });
  writeFileSync(selectionPath, `${chosen.map(({ text }) => text).join('\n')}\n`);
  console.log(`${chosen.length} of ${lines.length} calls in ${selectionPath}, ${size} bytes`);
  const there = new Set(chosen.map(({ target }) => target));
  const without = targets.map(({ target }) => target).filter((target) => !there.has(target));
  console.log(`no call of: ${[...new Set(without)].join(' ')}`);
}

/** One kind of call each: with derivatives, of integers, of bool, refused. */
function kindOf({ dtype, error, module }: Case): string {
  if (error !== undefined) return 'error';
  if (dtype === 'float64' || dtype === 'float32' || module !== undefined) return dtype;
  return dtype.includes('float') ? 'half' : dtype === 'bool' ? 'bool' : 'integer';
}

const kinds = ['float64', 'float32', 'error', 'integer', 'bool', 'half'];

interface Line {
  readonly target: string;
  readonly text: string;
  /** Those of one rank are chosen before those of the next. */
  rank: number;
}

function linesOf(path: string, { target }: Target): Line[] {
  const blob = Blob.read(`${path}.bin`);
  const byKind = new Map<string, Case[]>();
  for (const one of readCases(`${path}.jsonl`)) {
    if (!canBeWritten(target, one)) continue;
    const kind = kindOf(one);
    byKind.set(kind, [...(byKind.get(kind) ?? []), one]);
  }
  const found = kinds.flatMap((kind) => {
    const text = smallest(byKind.get(kind) ?? [], target, blob);
    return text === null || text.length > longest ? [] : [{ target, text }];
  });
  const byLength = [...found].sort((a, b) => a.text.length - b.text.length);
  const first = found.find(({ text }) => text.length <= long) ?? byLength[0];
  return found
    .map((line, i) => ({ ...line, rank: line === first ? 0 : i + 1 }))
    .filter(({ text, rank }) => rank === 0 || text.length <= long);
}

/** The shortest call that holds, preferably with more than two elements. */
function smallest(cases: readonly Case[], target: string, blob: Blob): string | null {
  const lines = cases.map((one) => {
    const [first] = (one.tensors as Case['tensors'] | undefined) ?? [];
    const n = (first as Entry | undefined)?.shape.reduce((product, size) => product * size, 1) ?? 3;
    return { text: JSON.stringify({ target, ...withElements(shortened(one), blob) }), few: n < 3 };
  });
  lines.sort((a, b) => Number(a.few) - Number(b.few) || a.text.length - b.text.length);
  const holds = ({ text }: { text: string }): boolean =>
    verdictOf(target, JSON.parse(text) as Case, new Blob(null)).failures.length === 0;
  return lines.slice(0, 5).find(holds)?.text ?? null;
}

function shortened(one: Case): Case {
  const record = one as unknown as Record<string, unknown>;
  const lists = Object.entries(steps).filter(([name]) => Array.isArray(record[name]));
  return {
    ...one,
    ...Object.fromEntries(
      lists.map(([name, n]) => [name, (record[name] as unknown[]).slice(0, n)]),
    ),
  };
}

/** Entries of tensors with their elements. */
function withElements(value: object, blob: Blob): object {
  const replaced = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(replaced);
    if (typeof given !== 'object' || given === null) return given;
    if (!('at' in given))
      return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, replaced(one)]));
    const { at: _at, grad, ...entry } = given as Entry;
    const values = blob.values(given as Entry);
    const few = values.length <= 4;
    return {
      ...(grad && { grad }),
      ...entry,
      ...(few
        ? { values: Array.from<number | bigint, string | number>(values, short) }
        : { base64: base64(values) }),
    };
  };
  return replaced(value) as object;
}

/** A number in JSON, or its text. */
function short(value: number | bigint): string | number {
  const number = Number(value);
  return Number.isFinite(number) && (typeof value === 'number' || Number.isSafeInteger(number))
    ? number
    : String(value);
}

function base64(values: TypedArray): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}
