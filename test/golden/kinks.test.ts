/**
 * Values, first and second derivatives at corners, zeros, infinities and NaN against PyTorch's: generate_kinks.py says how
 * they are made. First derivatives come from native kernels, from the ordinary ops of a double backward, and from a replay.
 */
import { compile, grad, tensor, type DType, type Tensor } from 'blasgrad';
import { readGolden } from '../support/golden';
import { callGolden, type GoldenCall } from '../support/goldenCalls';

type Numbers = readonly (number | string | boolean)[];

interface Line extends GoldenCall {
  readonly inputs: readonly {
    readonly shape: number[];
    readonly dtype: DType;
    readonly data: Numbers;
  }[];
  /** Inputs that do not require gradients. */
  readonly none?: readonly number[];
  /** The floating results. */
  readonly outputs: readonly Numbers[];
  readonly grads: readonly (Numbers | null)[];
  readonly seconds: readonly (readonly (Numbers | null)[] | null)[];
}

function inputsOf({ inputs, grads }: Line): Tensor[] {
  return inputs.map(({ shape, dtype, data }, i) => {
    const values = data.map((value) => (dtype === 'bool' ? Boolean(value) : Number(value)));
    return tensor(values, { dtype })
      .reshape(shape)
      .detach()
      .requiresGrad_(grads[i] !== null);
  });
}

const infinite = (values: readonly number[]): boolean => !values.every(Number.isFinite);

/** Where PyTorch's formulas give NaN, and these the limit. `at` are the inputs, or all elements of one. */
const known: Readonly<
  Partial<Record<string, (at: readonly number[], what: string, right: number) => boolean>>
> = {
  // PyTorch divides the product by the element, infinity by infinity.
  'Tensor.prod': (at, what, right) =>
    Number.isNaN(right) && infinite(at) && !what.startsWith('output'),
  // It multiplies an exponential that overflows by 0.
  'F.mish': ([x], what, right) =>
    x === 1000 && Number.isNaN(right) && what.startsWith('derivative'),
  // It computes e^x / (1 + e^x).
  'F.softMarginLoss': ([x], _what, right) => Math.abs(x) === Infinity && Number.isNaN(right),
  // The first derivative is NaN; the second, infinity times 0, is not worth an op.
  'F.softsign': ([x], what) => Math.abs(x) === Infinity && what.startsWith('derivative'),
  // The derivative of the square root is made of the root, which is NaN.
  'Tensor.pow': ([x], what) => x === -Infinity && what.startsWith('derivative'),
  // It adds 1e-12 to probabilities of 0 and 1 in the second derivative.
  'F.binaryCrossEntropy': ([x], what) => [0, 1e-30, 1].includes(x) && what.startsWith('derivative'),
};

function problems(actual: Tensor | null, expected: Numbers, line: Line, what: string): string[] {
  const found =
    actual === null ? expected.map(() => 0) : (actual.reshape([-1]).toArray() as number[]);
  if (found.length !== expected.length) return [`${what}: ${found.length} elements`];
  const sizes = expected.map((value) => Math.abs(Number(value))).filter(Number.isFinite);
  // Where terms cancel. The largest elements, at zeros and infinities, must not excuse errors of all others.
  const largest = Math.min(Math.max(1, ...sizes), 1000);
  const rounding = largest * (what.startsWith('derivative') ? 1e-9 : 1e-12);
  return found.flatMap((value, i) => {
    const right = Number(expected[i]);
    if (Object.is(value, right) || value === right) return [];
    if (Math.abs(value - right) <= rounding + 1e-9 * Math.abs(right)) return [];
    const at = line.inputs.map(({ data }) => (data.length === found.length ? data[i] : '...'));
    const numbers = line.call === 'Tensor.prod' ? line.inputs[0].data : at;
    if (known[line.call]?.(numbers.map(Number), what, right)) return [];
    return [`${what} [${i}] at (${at.join(', ')}): expected ${right}, got ${value}`];
  });
}

const floating = (outputs: readonly Tensor[]): Tensor[] =>
  outputs.filter((output) => output.dtype === 'float64');
const total = (tensors: readonly Tensor[]): Tensor =>
  tensors.map((one) => one.sum()).reduce((a, b) => a.add(b));

function check(line: Line): string[] {
  const inputs = inputsOf(line);
  const call = (): Tensor[] => floating(callGolden(line, inputs));
  const found: string[] = [];
  const outputs = call();
  line.outputs.forEach((golden, i) =>
    found.push(...problems(outputs[i], golden, line, `output ${i}`)),
  );
  const wanted = line.grads.flatMap((golden, i) => (golden === null ? [] : [{ golden, i }]));
  if (wanted.length === 0) return found;
  const leaves = wanted.map(({ i }) => inputs[i]);
  const gradients = (createGraph: boolean): (Tensor | null)[] =>
    grad(total(call()), leaves, { createGraph, allowUnused: true });
  const compare = (what: string, actual: readonly (Tensor | null)[]): void => {
    wanted.forEach(({ golden, i }, k) => {
      found.push(...problems(actual[k], golden, line, `gradient of input ${i} (${what})`));
    });
  };
  compare('eager', gradients(false));
  const replayed = compile(() =>
    gradients(false).map((one, k) => one ?? leaves[k].detach().mul(0)),
  );
  replayed();
  compare('replay', replayed());
  const graph = gradients(true);
  compare('createGraph', graph);
  line.seconds.forEach((row, i) => {
    const first = graph[wanted.findIndex((one) => one.i === i)];
    if (row === null || (first as unknown) === undefined) return;
    const second =
      first === null || !first.requiresGrad
        ? leaves.map(() => null)
        : grad(first.sum(), leaves, { allowUnused: true, retainGraph: true });
    wanted.forEach((one, k) => {
      const golden = row[one.i] ?? one.golden.map(() => 0);
      found.push(
        ...problems(second[k], golden, line, `derivative of gradient ${i} by input ${one.i}`),
      );
    });
  });
  return found;
}

const lines = readGolden<Line>('kinks');
test.each(
  lines.map((line, i) => [`${i} ${line.call} ${JSON.stringify(line.args)}`, line] as const),
)('%s', (_name, line) => {
  expect(check(line)).toEqual([]);
});
