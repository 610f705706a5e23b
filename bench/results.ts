/** The files of results: results.json has the last report of each measure, README.md shows them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from './report';
import { markdownOf } from './table';

/** Machine and versions of a run. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly coreType: string;
  readonly openblas: string;
  readonly simd: string;
  readonly defaultThreads: number;
  readonly system: string;
  readonly node: string;
  readonly blasgrad: string;
  /** The instruction set that `--isa` chose for every contestant. */
  readonly isa?: string;
}

export interface Result extends Report {
  readonly machine: Machine;
}

export type Results = Readonly<Record<string, Result>>;

export function machineLine(machine: Machine): string {
  return (
    `${machine.cpu}, ${machine.cpus} CPUs, ${machine.system}; Node ${machine.node}; blasgrad ${machine.blasgrad}; ` +
    `OpenBLAS ${machine.openblas}, core type ${machine.coreType}; SIMD target ${machine.simd}; ` +
    `default: ${machine.defaultThreads} threads` +
    (machine.isa === undefined ? '' : `; every contestant is held to ${machine.isa.toUpperCase()}`)
  );
}

function read(file: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Four digits: more would be noise, and change with every run. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}

/** Replaces the results of these measures, keeps those of others, and sorts them in the given order. */
export function writeResults(folder: string, fresh: Results, order: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const all = { ...read(file), ...fresh };
  const sorted = Object.fromEntries(
    order.filter((name) => name in all).map((name) => [name, all[name]]),
  );
  writeFileSync(file, `${JSON.stringify(sorted, rounded, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), markdownOf(sorted));
}
