/** Functions of float32 elements, most of rows x columns, eagerly; the same as elementwise.py. */
import { backend, F, full, tensor, where, type Tensor } from 'blasgrad';
import { reportFunctions, type FunctionsTrial } from './functions';
import { readTrial } from './timing';

interface Trial extends FunctionsTrial {
  readonly rows: number;
  readonly columns: number;
  readonly counts: readonly number[];
}

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  const { rows, columns } = trial;
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  const values = Float32Array.from({ length: rows * columns }, (_, i) => 3 * Math.sin(i));
  const x = tensor(values).reshape([rows, columns]);
  const y = x.clone();
  const mask = x.gt(0);
  const functions: Record<string, () => Tensor> = {
    exp: () => x.exp(),
    tanh: () => x.tanh(),
    sigmoid: () => x.sigmoid(),
    gelu: () => F.gelu(x),
    softmax: () => x.softmax(1),
    sum: () => x.sum(),
    add: () => x.add(y),
    mul: () => x.mul(y),
    to: () => x.to('int32'),
    where: () => where(mask, x, y),
    fill: () => full([rows, columns], 1.5),
  };
  for (const count of trial.counts) {
    const [a, b] = [x, y].map((t) => t.reshape([-1]).narrow(0, 0, count).clone());
    functions[`add of ${count}`] = () => a.add(b);
  }
  const part = (t: Tensor, ...shape: number[]): Tensor => {
    const count = shape.reduce((a, b) => a * b);
    return t.reshape([-1]).narrow(0, 0, count).reshape(shape).clone();
  };
  const [matrix, row] = [part(x, 32, 100), part(y, 100)];
  functions['32x100 times 100'] = () => matrix.mul(row);
  const [a, b] = [x, y].map((t) => part(t, 256, 32, 20).narrow(1, 3, 16).narrow(2, 5, 10));
  functions['256x16x10 slices'] = () => a.mul(b);
  const [square, line] = [part(x, 256, 256), part(y, 256)];
  functions['row of 256x256 written'] = () => square.indexPut_(3, line);
  await reportFunctions(functions, trial);
}

void main();
