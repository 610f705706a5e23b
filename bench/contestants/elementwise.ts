/** Functions of rows x columns float32 elements, eagerly; the same as elementwise.py. */
import { backend, F, full, tensor, where, type Tensor } from 'blasgrad';
import { reportFunctions, type FunctionsTrial } from './functions';
import { readTrial } from './timing';

interface Trial extends FunctionsTrial {
  readonly rows: number;
  readonly columns: number;
}

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  const { rows, columns } = trial;
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  const values = Float32Array.from({ length: rows * columns }, (_, i) => 3 * Math.sin(i));
  const x = tensor(values).reshape([rows, columns]);
  const y = x.clone();
  const mask = x.gt(0);
  const functions: Readonly<Record<string, () => Tensor>> = {
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
  await reportFunctions(functions, trial);
}

void main();
