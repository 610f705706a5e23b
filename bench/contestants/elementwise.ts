/** Functions of a million float32 elements, eagerly, one thread; the same trial as elementwise.py. */
import { backend, F, tensor, type Tensor } from 'blasgrad';
import { report, medianTime } from './timing';
import workloads from '../workloads.json';

const { rows, columns, calls } = workloads.elementwise;
backend.setNumThreads(1);
const x = tensor(Float32Array.from({ length: rows * columns }, (_, i) => 3 * Math.sin(i))).reshape([
  rows,
  columns,
]);
const y = x.clone();

const ops: Readonly<Record<string, () => Tensor>> = {
  exp: () => x.exp(),
  tanh: () => x.tanh(),
  sigmoid: () => x.sigmoid(),
  gelu: () => F.gelu(x),
  softmax: () => x.softmax(1),
  sum: () => x.sum(),
  add: () => x.add(y),
  mul: () => x.mul(y),
};

report(
  Object.fromEntries(workloads.elementwise.ops.map((name) => [name, medianTime(calls, ops[name])])),
);
