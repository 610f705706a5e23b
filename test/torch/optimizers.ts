/** Optimizers of PyTorch's tests, step by step. */
import { compile, optim, type Tensor } from 'blasgrad';
import { camel } from './call';
import type { Blob, Entry } from './cases';
import { compareTensor } from './compare';
import { strided } from './evaluate';
import type { Failure, Verdict } from './forms';
import { decoded, kindOf, written } from './values';

export interface OptimizerCase {
  readonly op: string;
  readonly dtype: string;
  readonly sample: number | string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Two groups: the first two parameters, and the others with a rate of their own. */
  readonly grouped?: boolean;
  readonly params?: readonly Entry[];
  /** By step, then by parameter. */
  readonly grads?: readonly (readonly Entry[])[];
  readonly after?: readonly (readonly Entry[])[];
  /** Of a call that PyTorch refuses: `{ param }`, `{ same }`, `{ group }`, and arrays. */
  readonly groups?: unknown;
  readonly error?: string;
}

type Maker = new (params: unknown, options: object) => optim.Optimizer;

function make(one: OptimizerCase, params: unknown, blob: Blob): optim.Optimizer {
  const value = (given: unknown): unknown =>
    kindOf(given) === 'tensor' ? blob.tensor((given as { tensor: Entry }).tensor) : plain(given);
  const plain = (given: unknown): unknown => {
    if (kindOf(given) === 'tuple') return (given as { tuple: unknown[] }).tuple.map(value);
    return decoded(given, [], false);
  };
  const entries = Object.entries(one.kwargs).map(([name, given]) => [camel(name), value(given)]);
  const makers = optim as unknown as Record<string, Maker>;
  return new makers[one.op.replace('optim.', '')](params, Object.fromEntries(entries) as object);
}

export function judgeOptimizer(one: OptimizerCase, blob: Blob): Verdict {
  const options = Object.entries(one.kwargs).map(
    ([name, given]) => `${camel(name)}: ${written(given)}`,
  );
  const text = `new ${one.op}(${one.grouped ? 'groups' : 'params'}, { ${options.join(', ')} })`;
  if (one.error !== undefined) {
    try {
      make(one, refusedGroups(one.groups, blob, []), blob);
      return {
        text,
        failures: [{ form: 'eager', kind: 'accepted', detail: `PyTorch: ${one.error}` }],
      };
    } catch (error) {
      const isError = error instanceof Error;
      return {
        text,
        failures: isError ? [] : [{ form: 'eager', kind: 'refused', detail: 'not an Error' }],
      };
    }
  }
  const forms = {
    eager: eagerStep(asGiven),
    'eager strided': eagerStep(strided),
    compiled: compiledStep,
  };
  const failures: Failure[] = [];
  for (const [form, stepOf] of Object.entries(forms)) {
    try {
      failures.push(...judgeSteps(one, blob, stepOf).map((failure) => ({ ...failure, form })));
    } catch (error) {
      failures.push({ form, kind: 'refused', detail: String(error).split('\n')[0] });
    }
  }
  return { text, failures };
}

type Step = (grads: Tensor[]) => void;
type StepOf = (params: Tensor[], optimizer: optim.Optimizer) => Step;

const asGiven = (x: Tensor): Tensor => x;

const eagerStep =
  (layout: (x: Tensor, i: number) => Tensor): StepOf =>
  (params, optimizer) =>
  (grads) => {
    for (const [i, param] of params.entries()) param.grad = layout(grads[i], i);
    optimizer.step();
  };

/** The gradients of the sum of products are the other factors. */
const compiledStep: StepOf = (params, optimizer) => {
  const step = compile((...grads: Tensor[]) => {
    optimizer.zeroGrad();
    for (const [i, param] of params.entries()) param.mul(grads[i]).sum().backward();
    optimizer.step();
  });
  return (grads) => step(...grads);
};

function judgeSteps(one: OptimizerCase, blob: Blob, stepOf: StepOf): Omit<Failure, 'form'>[] {
  const { params: entries = [], grads = [], after = [] } = one;
  const params = entries.map((entry) => blob.tensor(entry).requiresGrad_());
  const groups = [{ params: params.slice(0, 2) }, { params: params.slice(2), lr: 0.05 }];
  const step = stepOf(params, make(one, one.grouped ? groups : params, blob));
  for (const [i, expected] of after.entries()) {
    step(grads[i].map((entry) => blob.tensor(entry)));
    for (const [k, entry] of expected.entries()) {
      const difference = compareTensor(params[k].detach(), entry, blob, 'value');
      if (difference === null) continue;
      return [
        { ...difference, detail: `${difference.detail}, parameter ${k} after step ${i + 1}` },
      ];
    }
  }
  return [];
}

function refusedGroups(given: unknown, blob: Blob, known: Tensor[]): unknown {
  if (Array.isArray(given)) return given.map((one) => refusedGroups(one, blob, known));
  const content = given as { param?: Entry; same?: number; group?: Record<string, unknown> };
  switch (kindOf(given)) {
    case 'param':
      known.push(blob.tensor(content.param as Entry).requiresGrad_());
      return known.at(-1);
    case 'same':
      return known[content.same ?? 0];
    case 'group':
      return Object.fromEntries(
        Object.entries(content.group ?? {}).map(([name, one]) => [
          camel(name),
          refusedGroups(one, blob, known),
        ]),
      );
    default:
      return given;
  }
}
