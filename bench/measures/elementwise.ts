/** Eager operations on a million float32 elements, compared with PyTorch. */
import type { Options } from '../race';
import type { Report } from '../report';
import workloads from '../workloads.json';
import { timeFunctions } from './functions';

/** Operations whose speed is limited by memory. */
const cheap = ['add', 'mul', 'to', 'where', 'fill'];

export function elementwise(options: Options): Report {
  const { ops, rows, columns } = workloads.elementwise;
  const functions = ops.map((name) => ({
    name,
    workload: `${name} of 1M float32`,
    target: { atLeast: cheap.includes(name) ? 0.7 : 1 },
  }));
  return timeFunctions('elementwise', functions, { rows, columns }, options);
}
