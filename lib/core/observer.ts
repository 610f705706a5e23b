/** One ear for all that happens to tensors: what ops, backward and optimizers tell whoever listens. */
import type { Node } from './node';
import type { Tensor } from './tensor';

/** The part of a step that an op runs in. */
export type Phase = 'forward' | 'backward' | 'clipping' | 'optimizer' | 'metrics';

type Gradients = readonly (Tensor | null)[];

/** Hears of ops while it is on. What it throws, the op throws. */
export interface Observer {
  /** `op` made `outs` of `inputs`; `kept` are what its gradient needs, among them masks and indices. */
  result(
    op: string,
    outs: readonly Tensor[],
    inputs: readonly Tensor[],
    attrs: unknown,
    kept: readonly Tensor[],
    node: Node | null,
  ): void;
  /** An op is about to change `x` in place. */
  changing?(x: Tensor): void;
  /** `op` changed `x`, the first of `inputs`, in place; the version of its memory is still that of before. */
  changed(op: string, x: Tensor, inputs: readonly Tensor[], attrs: unknown): void;
  /** A node was made for a change in place. */
  recorded?(node: Node): void;
  /** Backward is at `node`: gives what `rule` gives. */
  gradients?(node: Node, gradient: Tensor, rule: () => Gradients): Gradients;
  /** A part of a step runs: gives what `fn` gives. */
  during?<T>(phase: Phase, fn: () => T): T;
  /** An optimizer changed a parameter. */
  updated?(optimizer: string, parameter: Tensor, gradient: Tensor): void;
  /** JavaScript is about to read values. */
  reading?(op: string, x: Tensor): void;
  /** Native code is about to run ops that nobody will hear of. */
  replaying?(op: string): void;
}

/** Who listens, if anybody: ops look here, once each. */
export let observer: Observer | null = null;

/** Runs `fn` while `one` listens, before those who did already. */
export function observing<T>(one: Observer, fn: () => T): T {
  const outer = observer;
  observer = outer === null ? one : new Both(one, outer);
  try {
    return fn();
  } finally {
    observer = outer;
  }
}

/** Runs `fn` as a part of the step that has a name of its own in messages. */
export function inPhase<T>(phase: Phase, fn: () => T): T {
  return observer?.during === undefined ? fn() : observer.during(phase, fn);
}

/** An observer inside the reach of another. */
class Both implements Observer {
  constructor(
    private readonly inner: Observer,
    private readonly outer: Observer,
  ) {}

  result(...heard: Parameters<Observer['result']>): void {
    this.inner.result(...heard);
    this.outer.result(...heard);
  }

  changing(x: Tensor): void {
    this.inner.changing?.(x);
    this.outer.changing?.(x);
  }

  changed(...heard: Parameters<Observer['changed']>): void {
    this.inner.changed(...heard);
    this.outer.changed(...heard);
  }

  recorded(node: Node): void {
    this.inner.recorded?.(node);
    this.outer.recorded?.(node);
  }

  gradients(node: Node, gradient: Tensor, rule: () => Gradients): Gradients {
    const { inner, outer } = this;
    const own = (): Gradients => inner.gradients?.(node, gradient, rule) ?? rule();
    return outer.gradients?.(node, gradient, own) ?? own();
  }

  during<T>(phase: Phase, fn: () => T): T {
    const { inner, outer } = this;
    const own = (): T => (inner.during === undefined ? fn() : inner.during(phase, fn));
    return outer.during === undefined ? own() : outer.during(phase, own);
  }

  updated(optimizer: string, parameter: Tensor, gradient: Tensor): void {
    this.inner.updated?.(optimizer, parameter, gradient);
    this.outer.updated?.(optimizer, parameter, gradient);
  }

  reading(op: string, x: Tensor): void {
    this.inner.reading?.(op, x);
    this.outer.reading?.(op, x);
  }

  replaying(op: string): void {
    this.inner.replaying?.(op);
    this.outer.replaying?.(op);
  }
}
