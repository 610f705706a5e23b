/** Functions and their gradients against PyTorch's numbers. */
import * as library from 'blasgrad';
import { grad, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  readGolden,
  requireGolden,
  tensorsIn,
  type GoldenTensor,
  type Precision,
} from '../support/golden';

interface Line {
  readonly id: string;
  /** 'Tensor.sum' is a method of the first argument, 'F.gelu' and 'where' are functions. */
  readonly call: string;
  /** `{ input: i }` stands for inputs[i], also inside arrays and options. */
  readonly args: readonly unknown[];
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  /** Weights of the floating outputs, and the gradients of the inputs that they give. */
  readonly cotangents?: readonly GoldenTensor[];
  readonly grads?: readonly (GoldenTensor | null)[];
}

/** Puts the tensors where the arguments mention them. */
function filled(argument: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(argument)) return argument.map((one) => filled(one, inputs));
  if (typeof argument !== 'object' || argument === null) return argument;
  if ('input' in argument) return inputs[argument.input as number];
  return Object.fromEntries(
    Object.entries(argument).map(([key, one]) => [key, filled(one, inputs)]),
  );
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

function call({ call: name, args }: Line, inputs: readonly Tensor[]): Tensor[] {
  const [first, ...rest] = args.map((argument) => filled(argument, inputs));
  const [space, key] = name.includes('.') ? name.split('.') : ['', name];
  const spaces = library as unknown as Record<string, Record<string, unknown> | undefined>;
  const owner = space === 'Tensor' ? first : space === '' ? library : (spaces[space] ?? {});
  const fn = Reflect.get(owner as object, key) as Callable | undefined;
  if (typeof fn !== 'function') throw new Error(`expected a function ${name}, got none`);
  return tensorsIn(space === 'Tensor' ? fn.apply(first, rest) : fn.call(owner, first, ...rest));
}

function check(line: Line, precision: Precision): void {
  const inputs = line.inputs.map((input, i) => {
    return goldenTensor(input, precision).requiresGrad_(Boolean(line.grads?.[i]));
  });
  const outputs = call(line, inputs);
  expect(outputs.length).toBe(line.outputs.length);
  line.outputs.forEach((golden, i) => requireGolden(outputs[i], golden, precision, `output ${i}`));
  if (!line.grads || !line.cotangents) return;

  const floating = outputs.filter((_, i) => line.outputs[i].dtype === 'float');
  const gradOutputs = line.cotangents.map((golden) => goldenTensor(golden, precision));
  const wanted = line.grads.flatMap((golden, i) => (golden ? [{ golden, i }] : []));
  const leaves = wanted.map(({ i }) => inputs[i]);
  for (const createGraph of [true, false]) {
    const gradients = grad(floating, leaves, { gradOutputs, createGraph, allowUnused: true });
    wanted.forEach(({ golden, i }, k) => {
      const what = `gradient of input ${i}${createGraph ? ' (createGraph)' : ''}`;
      const found = gradients[k] ?? inputs[i].detach().mul(0);
      requireGolden(found, golden, precision, what);
    });
  }
}

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(readGolden<Line>('ops').map((line) => [line.id, line] as const))('%s', (_id, line) => {
    check(line, precision);
  });
});
