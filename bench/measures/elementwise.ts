/** Eager operations on float32 elements, most on a million, compared with PyTorch. */
import type { Options } from '../race';
import type { Report } from '../report';
import workloads from '../workloads.json';
import { timeFunctions } from './functions';

/** Operations whose speed is limited by memory. */
const cheap = ['add', 'mul', 'to', 'where', 'fill'];

/** A broadcast row, two slices, and the write of a row. */
const shaped = ['32x100 times 100', '256x16x10 slices', 'row of 256x256 written'];

export function elementwise(options: Options): Report {
  const { ops, rows, columns, counts } = workloads.elementwise;
  const functions = [
    ...ops.map((name) => ({
      name,
      workload: `${name} of 1M float32`,
      target: { atLeast: cheap.includes(name) ? 0.7 : 1 },
    })),
    ...[...counts.map((count) => `add of ${count}`), ...shaped].map((name) => ({
      name,
      workload: `${name} float32`,
      target: { atLeast: 0.9 },
    })),
  ];
  return timeFunctions('elementwise', functions, { rows, columns, counts }, options);
}
