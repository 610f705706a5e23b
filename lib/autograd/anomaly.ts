/** Watching for the first op that makes NaN or an infinity. */
import type { Node } from '../core/node';
import { capture } from '../core/capture';
import { isFloating } from '../core/dtype';
import { describe, shapeText } from '../core/errors';
import { observing, type Observer, type Phase } from '../core/observer';
import type { Storage } from '../core/storage';
import type { Tensor } from '../core/tensor';
import { packed } from '../core/access';

/** A number that is not finite, and its place. */
interface Flaw {
  readonly value: number;
  readonly place: number;
}

/** An op made NaN or an infinity while `detectAnomaly` was watching, or was given NaN. */
export class AnomalyError extends Error {
  /** Always AnomalyError. */
  override readonly name = 'AnomalyError';

  constructor(
    message: string,
    /** The op, as `gradFn` names it, or the optimizer. */
    readonly op: string,
    /** The part of the step. */
    readonly phase: Phase,
    /** In backward: where the op ran forward. */
    cause?: Error,
  ) {
    super(message, cause && { cause });
  }
}

/** The first NaN in a floating tensor, else the first infinity, else null. */
export function flawIn(tensor: Tensor): Flaw | null {
  if (!isFloating(tensor.dtype)) return null;
  const values = tensor._contiguous ? tensor._flat : packed(tensor);
  let infinity: Flaw | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value === 0) continue;
    if (value !== value) return { value, place: i };
    infinity ??= { value, place: i };
  }
  return infinity;
}

/** `NaN at [1, 0]`. */
export function flawText({ value, place }: Flaw, { shape }: Tensor): string {
  const at: number[] = [];
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    at.unshift(place % shape[dim]);
    place = Math.floor(place / shape[dim]);
  }
  return shape.length === 0 ? String(value) : `${value} at ${shapeText(at)}`;
}

function textOf(tensors: readonly { dtype: string; shape: readonly number[] }[]): string {
  return tensors.map(({ dtype, shape }) => `${dtype} ${shapeText(shape)}`).join(', ');
}

// Ops that only put numbers elsewhere: what is not finite after them was asked for.
const placing: ReadonlySet<string> = new Set(['fill', 'copy']);

/** Looks at all results. */
class Watch implements Observer {
  private phase: Phase = 'forward';
  /** Infinities that were given, as masks of attention are, may stay. */
  private readonly infinite = new WeakSet<Storage>();
  private readonly made = new WeakMap<Node, Error>();
  private before: { storage: Storage; flaw: Flaw | null } | null = null;
  private inRule = false;

  result(
    op: string,
    outs: readonly Tensor[],
    inputs: readonly Tensor[],
    _attrs: unknown,
    _kept: readonly Tensor[],
    node: Node | null,
  ): void {
    for (const out of this.inRule ? [] : outs) {
      if (inputs.some((one) => one._storage === out._storage)) continue; // a view
      const flaw = flawIn(out);
      if (flaw !== null) this.judge(op, inputs, out, flaw, null);
    }
    if (node !== null) this.recorded(node);
  }

  changing(x: Tensor): void {
    this.before = { storage: x._storage, flaw: flawIn(x) };
  }

  changed(op: string, x: Tensor, inputs: readonly Tensor[]): void {
    const before = this.before?.storage === x._storage ? this.before.flaw : null;
    this.before = null;
    if (this.inRule) return;
    const flaw = flawIn(x);
    const others = inputs.filter((one) => one._storage !== x._storage);
    if (flaw !== null) this.judge(op, others, x, flaw, before);
  }

  private judge(
    op: string,
    inputs: readonly Tensor[],
    out: Tensor,
    flaw: Flaw,
    before: Flaw | null,
  ): void {
    const flaws = inputs.map(flawIn);
    if (placing.has(op) && (inputs.length === 0 || flaws.some((one) => one !== null))) {
      this.infinite.add(out._storage);
      return;
    }
    const from = inputs.length > 0 ? ` of ${textOf(inputs)}` : '';
    if (Number.isNaN(flaw.value)) {
      const given = flaws.findIndex((one) => Number.isNaN(one?.value));
      if (given >= 0 || Number.isNaN(before?.value)) {
        const [tensor, own] = given >= 0 ? [inputs[given], flaws[given] as Flaw] : [out, flaw];
        const name = given >= 0 ? `input ${given}` : 'the tensor changed';
        const what = `finite numbers for ${name} of ${op} (${textOf([tensor])}) in ${this.phase}`;
        this.complain(op, what, `${flawText(own, tensor)}, which no operation made`);
      }
      const infinite = [...flaws, before].some((one) => one !== null);
      const why = infinite ? ', from infinities' : ', from finite ones';
      const what = `no NaN from ${op}${from} in ${this.phase}`;
      this.complain(op, infinite ? what : `finite numbers from ${op}${from} in ${this.phase}`, flawText(flaw, out) + why); // prettier-ignore
    }
    if (flaws.some((one) => one !== null) || before !== null || this.infinite.has(out._storage)) {
      this.infinite.add(out._storage);
      return;
    }
    const what = `finite numbers from ${op}${from} in ${this.phase}`;
    this.complain(op, what, `${flawText(flaw, out)}, from finite ones`);
  }

  /** Keeps where the op ran. */
  recorded(node: Node): void {
    this.made.set(node, new Error(`${node.rule.name} ran forward here`));
  }

  /** What ops inside a rule make on the way is the rule's business. */
  gradients(
    node: Node,
    gradient: Tensor,
    rule: () => readonly (Tensor | null)[],
  ): readonly (Tensor | null)[] {
    const outer = this.inRule;
    this.inRule = true;
    let gradients: readonly (Tensor | null)[];
    try {
      gradients = rule();
    } finally {
      this.inRule = outer;
    }
    gradients.forEach((one, i) => {
      const flaw = one && flawIn(one);
      if (!one || !flaw) return;
      const op = node.rule.name;
      const given = flawIn(gradient);
      const what = `finite gradients from ${op} (${textOf([node])}) in backward`;
      const from = given === null ? 'a finite one' : `one with ${String(given.value)}`;
      const got = `${flawText(flaw, one)} for input ${i}, from ${from}`;
      this.complain(op, what, got, this.made.get(node), 'backward');
    });
    return gradients;
  }

  updated(optimizer: string, parameter: Tensor, gradient: Tensor): void {
    const flaw = flawIn(parameter);
    if (flaw === null) return;
    const given = flawIn(gradient);
    const from = given === null ? 'a finite gradient' : `a gradient with ${String(given.value)}`;
    const what = `finite numbers in a parameter (${textOf([parameter])}) after a step of ${optimizer}`;
    this.complain(optimizer, what, `${flawText(flaw, parameter)}, from ${from}`, undefined, 'optimizer'); // prettier-ignore
  }

  during<T>(phase: Phase, fn: () => T): T {
    const outer = this.phase;
    this.phase = phase;
    try {
      return fn();
    } finally {
      this.phase = outer;
    }
  }

  replaying(op: string): never {
    throw new Error(
      `${op}: expected the plain function under detectAnomaly, got the compiled one, whose replays nobody watches`,
    );
  }

  private complain(
    op: string,
    what: string,
    got: string,
    cause?: Error,
    phase = this.phase,
  ): never {
    throw new AnomalyError(`detectAnomaly: expected ${what}, got ${got}`, op, phase, cause);
  }
}

/**
 * Runs `fn` and checks what every op, backward and optimizer step in it makes: throws an AnomalyError at the first that
 * makes NaN or an infinity of finite numbers, or NaN of infinities, or is given NaN that no op made
 * (torch.autograd.set_detect_anomaly, for forward too). Infinities that are given, as in masks, are no anomaly.
 *
 * `fn` must be synchronous. An error in backward has as its `cause` where the op ran forward. Slow: for looking.
 *
 * @example
 * detectAnomaly(() => {
 *   const loss = F.mseLoss(model.forward(x).log(), y);
 *   loss.backward(); // AnomalyError: detectAnomaly: expected finite numbers from log of float32 [4, 1] in forward, got ...
 * });
 */
export function detectAnomaly<T>(fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`detectAnomaly: expected a function for fn, got ${describe(fn)}`);
  }
  if (capture !== null) {
    throw new Error(
      'detectAnomaly: expected a call outside of compiled functions, got one inside, whose replays nobody watches',
    );
  }
  const result = observing(new Watch(), fn);
  if (result instanceof Promise) {
    result.catch(() => undefined); // its failure is not ours to report
    throw new TypeError(
      'detectAnomaly: expected a synchronous function for fn, got one that returns a promise',
    );
  }
  return result;
}
