/** Observers of tensors: ops, backward and optimizers report to them. */
import type { Node, OpAttrs, OpName } from './node';
import type { Tensor } from './tensor';

/** The part of a training step in which an op runs. */
export type Phase = 'forward' | 'backward' | 'clipping' | 'optimizer' | 'metrics';

type Gradients = readonly (Tensor | null)[];

/** Receives the ops that run in `observing`. The op throws what it throws. */
export interface Observer {
  /** `op` computed `outs` from `inputs`; `saved` are the tensors its gradient needs, masks and indices among them. */
  result<K extends OpName>(
    op: K,
    outs: readonly Tensor[],
    inputs: readonly Tensor[],
    attrs: OpAttrs[K],
    saved: readonly Tensor[],
    node: Node | null,
  ): void;
  /** An op is about to change `x` in place. */
  changing?(x: Tensor): void;
  /** `op` changed `x`, the first of `inputs`, in place; its memory still has the version from before. */
  changed<K extends OpName>(op: K, x: Tensor, inputs: readonly Tensor[], attrs: OpAttrs[K]): void;
  /** A node was made for a change in place. */
  recorded?(node: Node): void;
  /** Backward has reached `node`: returns what `rule` returns. */
  gradients?(node: Node, gradient: Tensor, rule: () => Gradients): Gradients;
  /** A part of a step runs: returns what `fn` returns. */
  during?<T>(phase: Phase, fn: () => T): T;
  /** An optimizer changed a parameter. */
  updated?(optimizer: string, parameter: Tensor, gradient: Tensor): void;
  /** JavaScript is about to read values. */
  reading?(op: string, x: Tensor): void;
  /** Native code is about to replay ops, which are not reported. */
  replaying?(op: string): void;
}

/** The current observer, if any: each op looks here once. */
export let observer: Observer | null = null;

/** Runs `fn` under an observer, which is called before the observers that exist already. */
export function observing<T>(inner: Observer, fn: () => T): T {
  const outer = observer;
  observer = outer === null ? inner : new NestedObserver(inner, outer);
  try {
    return fn();
  } finally {
    observer = outer;
  }
}

/** Runs `fn` as the part of a step that messages name. */
export function inPhase<T>(phase: Phase, fn: () => T): T {
  return observer?.during === undefined ? fn() : observer.during(phase, fn);
}

/** An observer within another one. */
class NestedObserver implements Observer {
  constructor(
    private readonly inner: Observer,
    private readonly outer: Observer,
  ) {}

  result(...args: Parameters<Observer['result']>): void {
    this.inner.result(...args);
    this.outer.result(...args);
  }

  changing(x: Tensor): void {
    this.inner.changing?.(x);
    this.outer.changing?.(x);
  }

  changed(...args: Parameters<Observer['changed']>): void {
    this.inner.changed(...args);
    this.outer.changed(...args);
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
