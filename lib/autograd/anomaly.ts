/** Finds the first op that produces NaN or an infinity. */
import { isPromise } from '../core/realms';
import type { Node } from '../core/node';
import { capture } from '../core/capture';
import { isFloating } from '../core/dtype';
import { describe, requireArity, shapeText } from '../core/errors';
import { observing, type Observer, type Phase } from '../core/observer';
import type { Storage } from '../core/storage';
import type { Tensor } from '../core/tensor';
import { numbersIn } from '../core/access';

/** A non-finite number, and its index among the elements in order. */
interface NonFinite {
  readonly value: number;
  readonly index: number;
}

/**
 * The error of `detectAnomaly`: an op produced NaN or an infinity, or received NaN that no op produced.
 *
 * @example
 * let error;
 * try {
 *   detectAnomaly(() => tensor([-1]).sqrt());
 * } catch (thrown) {
 *   error = thrown;
 * }
 * error.op; // 'sqrt'
 */
export class AnomalyError extends Error {
  /** Always 'AnomalyError'. */
  override readonly name = 'AnomalyError';

  /**
   * @param message the value that was computed, the op, and its inputs
   */
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
export function firstNonFinite(tensor: Tensor): NonFinite | null {
  if (!isFloating(tensor.dtype)) return null;
  const values = numbersIn(tensor);
  let infinity: NonFinite | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value === 0) continue;
    if (value !== value) return { value, index: i };
    infinity ??= { value, index: i };
  }
  return infinity;
}

/** `NaN at [1, 0]`. */
export function nonFiniteText({ value, index }: NonFinite, { shape }: Tensor): string {
  const coordinates: number[] = [];
  let rest = index;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    coordinates.unshift(rest % shape[dim]);
    rest = Math.floor(rest / shape[dim]);
  }
  return shape.length === 0 ? String(value) : `${value} at ${shapeText(coordinates)}`;
}

function textOf(tensors: readonly { dtype: string; shape: readonly number[] }[]): string {
  return tensors.map(({ dtype, shape }) => `${dtype} ${shapeText(shape)}`).join(', ');
}

// Ops that only write the numbers that they are given: non-finite ones are intended.
const writing: ReadonlySet<string> = new Set(['fill', 'copy']);

/** Checks all results. */
class AnomalyObserver implements Observer {
  private phase: Phase = 'forward';
  /** Storages with infinities that no op produced, such as attention masks. */
  private readonly infinite = new WeakSet<Storage>();
  private readonly forwardErrors = new WeakMap<Node, Error>();
  private before: { storage: Storage; found: NonFinite | null } | null = null;
  private inRule = false;

  result(
    op: string,
    outs: readonly Tensor[],
    inputs: readonly Tensor[],
    _attrs: unknown,
    _saved: readonly Tensor[],
    node: Node | null,
  ): void {
    for (const out of this.inRule ? [] : outs) {
      if (inputs.some((one) => one._storage === out._storage)) continue; // a view
      const found = firstNonFinite(out);
      if (found !== null) this.check(op, inputs, out, found, null);
    }
    if (node !== null) this.recorded(node);
  }

  changing(x: Tensor): void {
    this.before = { storage: x._storage, found: firstNonFinite(x) };
  }

  changed(op: string, x: Tensor, inputs: readonly Tensor[]): void {
    const before = this.before?.storage === x._storage ? this.before.found : null;
    this.before = null;
    if (this.inRule) return;
    const found = firstNonFinite(x);
    const others = inputs.filter((one) => one._storage !== x._storage);
    if (found !== null) this.check(op, others, x, found, before);
  }

  private check(
    op: string,
    inputs: readonly Tensor[],
    out: Tensor,
    found: NonFinite,
    before: NonFinite | null,
  ): void {
    const inInputs = inputs.map(firstNonFinite);
    const nonFiniteInput = inInputs.some((one) => one !== null);
    if (writing.has(op) && (inputs.length === 0 || nonFiniteInput)) {
      this.infinite.add(out._storage);
      return;
    }
    const of = inputs.length > 0 ? ` of ${textOf(inputs)}` : '';
    if (Number.isNaN(found.value)) {
      const i = inInputs.findIndex((one) => Number.isNaN(one?.value));
      if (i >= 0 || Number.isNaN(before?.value)) {
        const [tensor, own] = i >= 0 ? [inputs[i], inInputs[i] as NonFinite] : [out, found];
        const name = i >= 0 ? `input ${i} of` : 'the tensor that is changed by';
        const place = `${name} ${op} (${textOf([tensor])}) in ${this.phase}`;
        this.report(op, `${place} is ${nonFiniteText(own, tensor)}, and no operation computed it`);
      }
      const source = nonFiniteInput || before !== null ? 'infinities' : 'finite numbers';
      this.report(
        op,
        `${op}${of} in ${this.phase} made ${nonFiniteText(found, out)} from ${source}`,
      );
    }
    if (nonFiniteInput || before !== null || this.infinite.has(out._storage)) {
      this.infinite.add(out._storage);
      return;
    }
    this.report(
      op,
      `${op}${of} in ${this.phase} made ${nonFiniteText(found, out)} from finite numbers`,
    );
  }

  /** Stores the stack of the op's forward call. */
  recorded(node: Node): void {
    this.forwardErrors.set(node, new Error(`${node.rule.name} ran forward here`));
  }

  /** Checks the gradients that a rule returns, but not the results of the ops inside it. */
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
      const found = one && firstNonFinite(one);
      if (!one || !found) return;
      const op = node.rule.name;
      const inGradient = firstNonFinite(gradient);
      const source =
        inGradient === null ? 'a finite gradient' : `a gradient with ${String(inGradient.value)}`;
      const result = `made ${nonFiniteText(found, one)} for input ${i} from ${source}`;
      const text = `the backward of ${op} (${textOf([node])}) ${result}`;
      this.report(op, text, this.forwardErrors.get(node), 'backward');
    });
    return gradients;
  }

  updated(optimizer: string, parameter: Tensor, gradient: Tensor): void {
    const found = firstNonFinite(parameter);
    if (found === null) return;
    const inGradient = firstNonFinite(gradient);
    const source =
      inGradient === null ? 'a finite gradient' : `a gradient with ${String(inGradient.value)}`;
    const result = `made ${nonFiniteText(found, parameter)} in a parameter (${textOf([parameter])})`;
    const text = `a step of ${optimizer} ${result} from ${source}`;
    this.report(optimizer, text, undefined, 'optimizer');
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
      `${op}: detectAnomaly cannot check a compiled function, whose replays run in C++; call the plain function`,
    );
  }

  private report(op: string, text: string, cause?: Error, phase = this.phase): never {
    throw new AnomalyError(`detectAnomaly: ${text}`, op, phase, cause);
  }
}

/**
 * Runs `fn` and throws at the first op, gradient or optimizer update that produces NaN or an infinity from finite
 * numbers, or NaN from infinities, or that receives NaN. Infinities in inputs, as in masks, are allowed.
 *
 * It reads every result, which is slow: use it only to find an error.
 *
 * @param fn a synchronous function
 * @returns what `fn` returns
 * @throws AnomalyError, whose `cause` in backward is where the op ran forward; TypeError if `fn` is not a function,
 *   or returns a promise
 * @see torch.autograd.set_detect_anomaly
 * @example detectAnomaly(() => tensor([4]).sqrt()) // tensor([2.])
 */
export function detectAnomaly<T>(fn: () => T): T {
  requireArity('detectAnomaly', arguments.length, 1);
  if (typeof fn !== 'function') {
    throw new TypeError(`detectAnomaly: expected a function for fn, got ${describe(fn)}`);
  }
  if (capture !== null) {
    throw new Error(
      'detectAnomaly: cannot check inside a compiled function, whose replays run in C++; ' +
        'call it around the plain function',
    );
  }
  const result = observing(new AnomalyObserver(), fn);
  if (isPromise(result)) {
    void result.then(undefined, () => undefined); // its rejection must not count as unhandled
    throw new TypeError(
      'detectAnomaly: expected a synchronous function for fn, got one that returns a promise',
    );
  }
  return result;
}
