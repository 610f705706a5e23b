/** Modules of PyTorch's tests: construction, state, and what `forward` changes. */
import { nn, type DType, type Tensor } from 'blasgrad';
import { camel } from './call';
import type { Blob, Case } from './cases';
import { compareTensor, type Difference } from './compare';
import type { Subject } from './evaluate';
import { decoded, written, type Tensors } from './values';

type AnyModule = nn.Module<unknown[], unknown>;

/** What PyTorch requires is positional; all else goes into the options. */
function made(one: Case, blob: Blob, tensors: Tensors): AnyModule {
  const { args, kwargs } = one.module ?? { args: [], kwargs: {} };
  const entries = Object.entries(kwargs).map(([name, value]) => [
    camel(name),
    decoded(value, tensors, false),
  ]);
  const list = args.map((value) => decoded(value, tensors, false));
  if (entries.length > 0) list.push(Object.fromEntries(entries));
  const classes = nn as unknown as Record<string, new (...args: unknown[]) => AnyModule>;
  const module = new classes[one.op.replace(/^nn\./, '')](...list);
  if (one.error !== undefined) return module;
  module.to(one.dtype as DType);
  module.train(one.training ?? true);
  const { state } = one;
  if (state !== undefined) {
    const tensorsByName = Object.entries(state).map(([name, entry]) => [name, blob.tensor(entry)]);
    module.loadStateDict(Object.fromEntries(tensorsByName) as Record<string, Tensor>);
  }
  return module;
}

export function moduleOf(one: Case, blob: Blob, tensors: Tensors): Subject {
  const module = made(one, blob, tensors);
  const parameters = new Map(module.namedParameters());
  return {
    run: (inputs) => module.forward(...one.args.map((value) => decoded(value, inputs, false))),
    parameters: (one.parameters ?? []).map((name) => {
      const parameter = parameters.get(name);
      if (parameter === undefined) throw new Error(`no parameter ${name}`);
      return parameter;
    }),
  };
}

/** Whether `forward` changed the buffers that it changes in PyTorch, and no others. */
export function stateDifference(one: Case, blob: Blob, tensors: Tensors): Difference | null {
  const module = made(one, blob, tensors);
  module.forward(...one.args.map((value) => decoded(value, tensors, false)));
  for (const [name, value] of Object.entries(module.stateDict())) {
    const expected = one.changed?.[name] ?? one.state?.[name];
    if (expected === undefined)
      return { kind: 'shape', detail: `${name} is not in PyTorch's state` };
    const difference = compareTensor(value, expected, blob, 'value');
    if (difference !== null) return { ...difference, detail: `${name}: ${difference.detail}` };
  }
  return null;
}

export function moduleText(one: Case): string {
  const { args, kwargs } = one.module ?? { args: [], kwargs: {} };
  const entries = Object.entries(kwargs).map(
    ([name, value]) => `${camel(name)}: ${written(value)}`,
  );
  const list = args.map(written);
  if (entries.length > 0) list.push(`{ ${entries.join(', ')} }`);
  return `new ${one.op}(${list.join(', ')}).forward(${one.args.map(written).join(', ')})`;
}
