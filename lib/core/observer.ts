/** Observers of tensors: ops, backward and optimizers report to them. */
import type { Node, OpAttrs, OpName } from './node';
import type { Tensor } from './tensor';

/** The part of a training step in which an op runs. */
export type Phase = 'forward' | 'backward' | 'clipping' | 'optimizer' | 'metrics';

type Gradients = readonly (Tensor | null)[];

/** Receives the ops that run in `observing`. If it throws, the op throws the same error. */
export interface Observer {
  /**
   * `op` computed `outs` from `inputs`; `saved` are the tensors that its gradient needs, including masks and
   * indices.
   */
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
  /** `op` changed `x`, the first of `inputs`, in place; the version of its memory is not incremented yet. */
  changed<K extends OpName>(op: K, x: Tensor, inputs: readonly Tensor[], attrs: OpAttrs[K]): void;
  /** A node was created for an in-place change. */
  recorded?(node: Node): void;
  /** Backward has reached `node`. Returns the result of `rule`. */
  gradients?(node: Node, gradient: Tensor, rule: () => Gradients): Gradients;
  /** A phase of a step runs. Returns the result of `fn`. */
  during?<T>(phase: Phase, fn: () => T): T;
  /** An optimizer changed a parameter. */
  updated?(optimizer: string, parameter: Tensor, gradient: Tensor): void;
  /** JavaScript is about to read values. */
  reading?(op: string, x: Tensor): void;
  /** Native code is about to replay ops, which are not reported. */
  replaying?(op: string): void;
}

/** The current observer, or null. Each op reads it once. */
export let observer: Observer | null = null;

/** Runs `fn` with an observer, which is called before existing observers. */
export function observing<T>(inner: Observer, fn: () => T): T {
  const outer = observer;
  observer = outer === null ? inner : new NestedObserver(inner, outer);
  try {
    return fn();
  } finally {
    observer = outer;
  }
}

/** Runs `fn` in a phase of the step, which messages name. */
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
