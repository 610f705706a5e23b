/** What a run prints, and its report as JSON. */
import { writeFileSync } from 'node:fs';
import type { Kind } from './compare';
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

export function kindOf({ failures }: CallFailure): Kind {
  return worst.find((kind) => failures.some((failure) => failure.kind === kind)) ?? 'value';
}

export function summarize(
  names: readonly NameResult[],
  missing: readonly Target[],
  { verbose, report }: { verbose: boolean; report?: string | undefined },
): number {
  let [calls, failed] = [0, 0];
  for (const one of names) {
    calls += one.calls;
    failed += one.failed.length;
    if (one.failed.length === 0 && !verbose) continue;
    console.log(
      `${one.target} (${one.key}): ${one.calls - one.failed.length} of ${one.calls} hold`,
    );
    for (const call of verbose ? one.failed : one.failed.slice(0, 1)) {
      console.log(`  ${call.name}: ${call.text}   ${call.inputs}`);
      for (const { form, kind, detail } of verbose ? call.failures : call.failures.slice(0, 1)) {
        console.log(`    ${form}: ${kind}: ${detail}`);
      }
    }
  }
  for (const { key, target } of missing) console.log(`no signature: ${target} (${key})`);
  const share = calls === 0 ? 0 : (100 * (calls - failed)) / calls;
  console.log(
    `${calls} calls, ${calls - failed} hold: ${share.toFixed(2)} %; ${names.length} names`,
  );
  if (report !== undefined)
    writeFileSync(report, JSON.stringify({ calls, failed, names, missing }));
  return failed === 0 && missing.length === 0 ? 0 : 1;
}
