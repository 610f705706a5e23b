/** An add of two 16-element float32 tensors: the native call alone, the eager op, and the op while recording. */
import { randn, type Tensor } from 'blasgrad';
import { nativeFunction } from './internals';
import { readTrial, report, samplesOf } from './timing';

async function main(): Promise<void> {
  const trial = readTrial() as { samples: number; seconds: number };
  const [a, b] = [randn(16), randn(16)];
  const weight: Tensor = randn(16, { requiresGrad: true });
  const add = nativeFunction('add', 'float32');
  const [x, y, out] = [new Float32Array(16), new Float32Array(16), new Float32Array(16)];
  const repeated = (run: () => unknown): Promise<number[]> =>
    samplesOf((calls) => {
      for (let i = 0; i < calls; i++) run();
    }, trial);

  report({
    native: await repeated(() => {
      add(x, y, out, 16);
    }),
    eager: await repeated(() => a.add(b)),
    recorded: await repeated(() => weight.add(b)),
  });
}

void main();
