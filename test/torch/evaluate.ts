/** Makes a call on tensors with one layout, and compares results and derivatives with PyTorch's. */
import { grad, noGrad, Tensor, zeros } from 'blasgrad';
import type { Blob, Case, Expected, Results } from './cases';
import { compareGradient, compareResult, type Difference } from './compare';

export interface Outcome {
  readonly outputs: readonly unknown[];
  readonly grads: readonly (Tensor | null)[];
  readonly second: readonly (Tensor | null)[];
}

export type Layout = (x: Tensor, i: number) => Tensor;
export type Run = (inputs: Tensor[]) => unknown;

/** What is called, and the parameters that gradients are wanted for besides those of the inputs. */
export interface Subject {
  readonly run: Run;
  readonly parameters?: readonly Tensor[];
}

export const asIs: Layout = (x) => x;

/** The same elements with gaps between them, or in another order of the dimensions. */
export const strided: Layout = (x, i) => {
  if (x.ndim === 0) return shifted(x, i);
  if (x.ndim > 1 && i % 2 === 0) return x.transpose(0, -1).contiguous().transpose(0, -1);
  const last = x.shape[x.ndim - 1];
  const wide = zeros([...x.shape.slice(0, -1), 2 * last + 1], { dtype: x.dtype });
  const view = wide.slice(-1, 1, null, 2);
  view.copy_(x);
  return view;
};

/** The same elements in order, but not at the start of their memory. */
export const shifted: Layout = (x) => {
  const wide = zeros([x.numel() + 1], { dtype: x.dtype });
  const view = wide.slice(0, 1).view(x.shape);
  view.copy_(x);
  return view;
};

/** The results of a call one by one: `{ values, indices }` and arrays are several. */
function flat(value: unknown): unknown[] {
  if (value instanceof Tensor || typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(flat);
}

/** `weights` are those of the gradients, then those of the second ones. */
export function evaluate(
  { run, parameters = [] }: Subject,
  one: Case,
  expected: Results,
  tensors: readonly Tensor[],
  weights: readonly Tensor[],
  layout: Layout,
): Outcome {
  const inputs = tensors.map((x, i) => {
    const leaf = noGrad(() => layout(x, i)).detach();
    return one.tensors[i].grad ? leaf.requiresGrad_() : leaf;
  });
  const outputs = flat(run(inputs));
  const { weights: first = [], second } = expected;
  if (first.length === 0) return { outputs, grads: [], second: [] };
  const wanted = [...inputs.filter((_x, i) => one.tensors[i].grad), ...parameters];
  const grads = grad(rootsOf(outputs, first.length), wanted, {
    gradOutputs: weights.slice(0, first.length),
    allowUnused: true,
    createGraph: second !== undefined,
  });
  if (second === undefined) return { outputs, grads, second: [] };
  const again = second.of.map((at, i) => ({ root: grads[at], weight: weights[first.length + i] }));
  const usable = again.filter(({ root }) => root?.requiresGrad);
  if (usable.length === 0) return { outputs, grads, second: wanted.map(() => null) };
  return {
    outputs,
    grads,
    second: grad(
      usable.map(({ root }) => root as Tensor),
      wanted,
      {
        gradOutputs: usable.map(({ weight }) => weight),
        allowUnused: true,
      },
    ),
  };
}

/** As many differentiable outputs as PyTorch has. */
function rootsOf(outputs: readonly unknown[], count: number): Tensor[] {
  const roots = outputs.filter((out): out is Tensor => out instanceof Tensor && out.requiresGrad);
  if (roots.length === count) return roots;
  throw new Error(`expected ${count} differentiable results, got ${roots.length}`);
}

/** The first difference. Of half types, PyTorch's own result is right, and so is one that is rounded only once. */
export function check(
  one: Case,
  expected: Results,
  blob: Blob,
  outcome: Outcome,
): Difference | null {
  const difference = checkAgainst(one, expected, blob, outcome);
  const { float32 } = one;
  if (difference === null || !float32 || float32.outputs?.length !== expected.outputs?.length) {
    return difference;
  }
  return checkAgainst(one, { ...expected, ...float32 }, blob, outcome) === null ? null : difference;
}

function checkAgainst(
  one: Case,
  expected: Results,
  blob: Blob,
  outcome: Outcome,
): Difference | null {
  const wanted = expected.outputs ?? [];
  const { outputs, grads, second } = outcome;
  if (outputs.length !== wanted.length) {
    return { kind: 'shape', detail: `${outputs.length} results instead of ${wanted.length}` };
  }
  for (const [i, output] of outputs.entries()) {
    const difference = compareResult(one, i, output, wanted[i], blob);
    if (difference === null) continue;
    return isTie(one, output, wanted[i], blob) ? null : difference;
  }
  if (one.random) return null;
  const { state = {}, parameters = [] } = one;
  const inputs = [
    ...one.tensors.filter(({ grad: needs }) => needs),
    ...parameters.map((name) => state[name]),
  ];
  for (const [kind, actual, entries = []] of [
    ['gradient', grads, expected.grads],
    ['second', second, expected.second?.grads],
  ] as const) {
    for (const [i, entry] of entries.entries()) {
      const difference = compareGradient(actual[i], entry, inputs[i], blob, kind);
      if (difference !== null) return { kind, detail: `${difference.detail}, input ${i}` };
    }
  }
  return null;
}

/** Which of equal elements `topk` and an unstable `sort` find is not defined: the elements at their indices count. */
function isTie(one: Case, found: unknown, expected: Expected, blob: Blob): boolean {
  const isUnstable =
    one.op === 'topk' || (/^(arg)?sort$/.test(one.op) && one.kwargs.stable !== true);
  if (!isUnstable || !(found instanceof Tensor) || !('dtype' in expected)) return false;
  if (found.dtype !== 'int32' || expected.dtype !== 'int64') return false;
  if (found.shape.join() !== expected.shape.join() || found.ndim === 0) return false;
  const at = one.op === 'topk' ? one.args[1] : (one.kwargs.dim ?? one.args[0]);
  const dim = typeof at === 'number' ? at : -1;
  const x = blob.tensor(one.tensors[0]);
  return (
    x
      .gather(dim, found)
      .eq(x.gather(dim, blob.tensor(expected)))
      .all()
      .item() === 1
  );
}
