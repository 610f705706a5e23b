/** The output of a run, and its report as JSON. */
import { writeFileSync } from 'node:fs';
import type { Kind } from './compare';
import { reasonOf } from './known';
import type { Target } from './targets';
import type { CallFailure, JobResult } from './worker';

export interface NameResult extends Target, JobResult {}

const worst: readonly Kind[] = [
  'crash',
  'value',
  'gradient',
  'second',
  'accepted',
  'refused',
  'dtype',
  'shape',
];

function kindOf({ failures }: CallFailure): Kind {
  return worst.find((kind) => failures.some((failure) => failure.kind === kind)) ?? 'value';
}

function count(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => `${n} ${name}`).join(', ');
}

function printCall(call: CallFailure, reason: string | null, all: boolean): void {
  console.log(`  ${call.name}: ${call.text}   ${call.inputs}`);
  for (const { form, kind, detail } of all ? call.failures : call.failures.slice(0, 1)) {
    console.log(`    ${form}: ${kind}: ${detail}`);
  }
  if (reason !== null) console.log(`    known: ${reason}`);
}

interface SummaryOptions {
  /** Every call that fails, in all forms, and names that hold. */
  readonly verbose: boolean;
  /** The path of a JSON file. */
  readonly report?: string;
}

/** The code that the run ends with: 1 if a call fails that is not known to. */
export function summarize(
  names: readonly NameResult[],
  missing: readonly Target[],
  { verbose, report }: SummaryOptions,
): number {
  let [calls, failed, unknown] = [0, 0, 0];
  const kinds: string[] = [];
  for (const one of names) {
    calls += one.calls;
    failed += one.failed.length;
    const reasons = one.failed.map((call) => reasonOf(one.target, call));
    const news = reasons.filter((reason) => reason === null).length;
    unknown += news;
    kinds.push(...one.failed.map(kindOf));
    if (one.failed.length === 0 && !verbose) continue;
    const expected = news === 0 && one.failed.length > 0 ? ', the others are known' : '';
    console.log(
      `${one.target} (${one.key}): ${one.calls - one.failed.length} of ${one.calls} hold${expected}`,
    );
    const first = Math.max(reasons.indexOf(null), 0);
    for (const [i, call] of one.failed.entries()) {
      if (verbose || i === first) printCall(call, reasons[i], verbose);
    }
  }
  for (const { key, target } of missing) console.log(`no signature: ${target} (${key})`);
  if (calls === 0) {
    console.log('no calls');
    return 1;
  }
  const share = ((100 * (calls - failed)) / calls).toFixed(2);
  console.log(`${names.length} names, ${calls} calls, ${calls - failed} hold: ${share} %`);
  if (failed > 0) console.log(`${failed} fail (${count(kinds)}), ${failed - unknown} are known to`);
  if (report !== undefined) {
    writeFileSync(report, JSON.stringify({ calls, failed, unknown, names, missing }));
  }
  return unknown === 0 && missing.length === 0 ? 0 : 1;
}
