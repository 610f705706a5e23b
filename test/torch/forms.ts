/** Makes a call in every form (eager, compiled, contiguous, strided, in place) and reports the forms that differ. */
import { compile, Tensor, zeros } from 'blasgrad';
import { callOf, type Call } from './call';
import type { Blob, Case, Results } from './cases';
import type { Difference } from './compare';
import { moduleOf, moduleText, stateDifference } from './modules';
import {
  asIs,
  check,
  evaluate,
  shifted,
  strided,
  type Layout,
  type Outcome,
  type Subject,
} from './evaluate';

export interface Failure extends Difference {
  readonly form: string;
}

export interface Verdict {
  /** The call as JavaScript. */
  readonly text: string;
  readonly failures: readonly Failure[];
}

/** Every form of one call. `target` is the function here: x.name, F.name, b.name. */
export function judge(target: string, recorded: Case, blob: Blob): Verdict {
  const one = drawsWindows(recorded) ? { ...recorded, random: true } : recorded;
  if (one.module !== undefined) return judgeModule(one, blob);
  const call = callOf(target, one);
  if (one.error !== undefined) return { text: call.text, failures: judgeRefused(call, one, blob) };
  const failures = judgeForms(() => call, one, one, blob, '');
  return { text: call.text, failures: [...failures, ...judgeInPlace(call, one, blob)] };
}

/** Whether windows begin at random positions. */
const drawsWindows = ({ op, kwargs }: Case): boolean =>
  /^nn\.functional\.fractional_max_pool/.test(op) && kwargs._random_samples === undefined;

/** Whether running statistics are updated. A compiled function cannot do that to its arguments. */
const changesArguments = ({ op }: Case): boolean =>
  /^nn\.functional\.(batch|instance)_norm/.test(op);

function judgeModule(one: Case, blob: Blob): Verdict {
  const text = moduleText(one);
  const tensors = one.tensors.map((entry) => blob.tensor(entry));
  const make = (): Subject => moduleOf(one, blob, tensors);
  if (one.error !== undefined) {
    return { text, failures: refused('eager', one, () => make().run(tensors)) };
  }
  const failures = judgeForms(make, one, one, blob, '');
  const state = failures.length > 0 ? null : stateDifference(one, blob, tensors);
  return { text, failures: state === null ? failures : [{ form: 'eager', ...state }] };
}

function judgeRefused(call: Call, one: Case, blob: Blob): Failure[] {
  let tensors: Tensor[];
  try {
    tensors = one.tensors.map((entry) => blob.tensor(entry));
  } catch {
    return []; // there is no such tensor here: more than 64 dimensions
  }
  const compiled = compile((...inputs: Tensor[]) => [call.run(inputs) as Tensor]);
  const eager = refused('eager', one, () => call.run(tensors));
  return eager.length > 0 ? eager : refused('compiled', one, () => compiled(...tensors));
}

/** What errors of the library start with; 'has no method' is said of calls that cannot be written here. */
const refusal = /^[\w. ]+: |^a \w+ has no method /;

/** A failure unless `run` throws an error that was meant. */
function refused(form: string, { error: wanted = '' }: Results, run: () => unknown): Failure[] {
  try {
    run();
    return [{ form, kind: 'accepted', detail: `PyTorch: ${wanted}` }];
  } catch (error) {
    if (error instanceof Error && refusal.test(error.message)) return [];
    return [{ form, kind: 'refused', detail: `not an error of the library: ${String(error)}` }];
  }
}

/** The method that ends in `_`, on a copy. */
function judgeInPlace(call: Call, one: Case, blob: Blob): Failure[] {
  const { inPlace } = one;
  const change = call.runInPlace;
  if (inPlace === undefined || change === null) return [];
  const at = (one.input as { t: number }).t;
  const changing = (layout: Layout): Subject => ({
    run: (inputs) => {
      const changed = inputs.map((x, i) => (i === at ? layout(x.clone(), i) : x));
      change(changed);
      return changed[at];
    },
  });
  if (inPlace.error === undefined) return judgeForms(changing, one, inPlace, blob, ' in place');
  const tensors = one.tensors.map((entry) => blob.tensor(entry).requiresGrad_(entry.grad ?? false));
  return refused('eager in place', inPlace, () => changing(asIs).run(tensors));
}

function judgeForms(
  subjectFor: (layout: Layout) => Subject,
  one: Case,
  expected: Results,
  blob: Blob,
  suffix: string,
): Failure[] {
  const failures: Failure[] = [];
  const weights = [...(expected.weights ?? []), ...(expected.second?.weights ?? [])];
  const n = one.tensors.length;
  const attempt = (form: string, work: () => readonly Outcome[]): boolean => {
    let difference: Difference | null = null;
    try {
      for (const outcome of work()) difference ??= check(one, expected, blob, outcome);
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      difference = { kind: 'refused', detail: detail.split('\n')[0] };
    }
    if (difference !== null) failures.push({ form: form + suffix, ...difference });
    return difference === null;
  };
  // PyTorch too has no view of strided memory.
  const apart = one.op === 'view' ? shifted : strided;
  for (const layout of n === 0 ? [asIs] : [asIs, apart]) {
    const form = layout === asIs ? '' : ' strided';
    const fresh = (): Tensor[] => [...one.tensors, ...weights].map((entry) => blob.tensor(entry));
    let outputs: readonly unknown[] = [];
    const holds = attempt(`eager${form}`, () => {
      const all = fresh();
      const outcome = evaluate(
        subjectFor(layout),
        one,
        expected,
        all.slice(0, n),
        all.slice(n),
        layout,
      );
      ({ outputs } = outcome);
      return [outcome];
    });
    // A number cannot be a result of a compiled function.
    if (!holds || !outputs.every((out) => out instanceof Tensor)) continue;
    const compiled = (): Outcome[] =>
      compiledOutcomes(subjectFor(layout), one, expected, fresh(), layout);
    if (decidesShape(one))
      failures.push(...refused(`compiled${form}${suffix}`, unknownShape, compiled));
    else attempt(`compiled${form}`, compiled);
  }
  return failures;
}

const unknownShape = { error: 'the shape depends on elements' };

/** Whether elements decide the shape of the result: a compiled function has to refuse that. */
function decidesShape({ op, tensors }: Case): boolean {
  const hasMask = tensors.slice(1).some(({ dtype }) => dtype === 'bool' || dtype === 'uint8');
  return op === 'nonzero' || ((op === 'masked_select' || op === '__getitem__') && hasMask);
}

/** Of the call that captures, and of the one that replays. */
function compiledOutcomes(
  subject: Subject,
  one: Case,
  expected: Results,
  all: readonly Tensor[],
  layout: Layout,
): Outcome[] {
  const n = one.tensors.length;
  const step = compile((tick: Tensor, ...given: Tensor[]) => {
    const tensors = given.slice(0, n).map((x) => (changesArguments(one) ? x.clone() : x));
    const outcome = evaluate(subject, one, expected, tensors, given.slice(n), layout);
    // A function must run at least one op: that of a view, or of an empty tensor, runs none.
    return [outcome.outputs as Tensor[], outcome.grads, outcome.second, tick.add(1)] as const;
  });
  const tick = zeros(1);
  try {
    return [1, 2].map(() => {
      const [outputs, grads, second] = step(tick, ...all);
      return { outputs, grads, second };
    });
  } finally {
    step.dispose();
  }
}
