/** An add of two 16-element float32 tensors: the native call alone, the eager op, and the op while recording. */
import { randn, type Tensor } from 'blasgrad';
import { opFunction } from '../internals';
import { median, report, secondsOf } from './timing';

const repetitions = 200_000;

/** Nanoseconds a call, the median of nine rounds after two that warm up. */
function nanoseconds(call: () => unknown): number {
  const rounds = Array.from({ length: 11 }, () =>
    secondsOf(() => {
      for (let i = 0; i < repetitions; i++) call();
    }),
  );
  return (median(rounds.slice(2)) / repetitions) * 1e9;
}

const [a, b] = [randn(16), randn(16)];
const weight: Tensor = randn(16, { requiresGrad: true });
const add = opFunction('add');
const [x, y, out] = [new Float32Array(16), new Float32Array(16), new Float32Array(16)];

report({
  native: nanoseconds(() => {
    add(x, y, out, 16);
  }),
  eager: nanoseconds(() => a.add(b)),
  recorded: nanoseconds(() => weight.add(b)),
});
