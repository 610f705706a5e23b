/** Hooks that run before and after a module's forward. */
import { countChange } from '../../core/changes';

/** The registration of a hook. */
export interface HookHandle {
  /** Removes the hook; further calls do nothing. */
  remove(): void;
}

// Method syntax, because TypeScript compares parameters of methods bivariantly: any module is then an AnyModule.
interface Signatures<M, I extends readonly unknown[], O> {
  before(module: M, inputs: I): I | I[0];
  beforeOnly(module: M, inputs: I): void;
  after(module: M, inputs: I, output: O): O | undefined;
  afterOnly(module: M, inputs: I, output: O): void;
}

/** Receives a module, its inputs and its output, and may return a replacement for the output. */
export type ForwardHook<M, I extends readonly unknown[], O> =
  Signatures<M, I, O>['after'] | Signatures<M, I, O>['afterOnly'];

/** Receives a module and its inputs, and may return replacements: an array of inputs, or the only input. */
export type ForwardPreHook<M, I extends readonly unknown[]> =
  Signatures<M, I, unknown>['before'] | Signatures<M, I, unknown>['beforeOnly'];

/** A hook without the types of its module. */
type AnyHook = (...args: never[]) => unknown;

/** The hooks of one module, in the order in which they were added. */
export class ForwardHooks {
  private before: { readonly hook: AnyHook }[] = [];
  private after: { readonly hook: AnyHook }[] = [];

  /** `onEmpty` is called when the last hook was removed. */
  constructor(private readonly onEmpty: () => void) {}

  add(when: 'before' | 'after', hook: AnyHook): HookHandle {
    const entry = { hook };
    this[when] = [...this[when], entry];
    countChange();
    return {
      remove: () => {
        if (!this[when].includes(entry)) return;
        this[when] = this[when].filter((other) => other !== entry);
        countChange();
        if (this.before.length + this.after.length === 0) this.onEmpty();
      },
    };
  }

  /** A copy of the hooks, to detect changes later. */
  list(): readonly object[] {
    return [...this.before, ...this.after];
  }

  /** Runs the pre-hooks, `forward` and the hooks. A value that a hook returns replaces the inputs or the output. */
  run<I extends readonly unknown[], O>(module: object, forward: (...inputs: I) => O, inputs: I): O {
    for (const { hook } of this.before) {
      const replaced = (hook as (module: object, inputs: I) => unknown)(module, inputs);
      if (replaced === undefined) continue;
      inputs = (Array.isArray(replaced) ? replaced : [replaced]) as unknown as I;
    }
    let output = forward(...inputs);
    for (const { hook } of this.after) {
      const call = hook as (module: object, inputs: I, output: O) => O | undefined;
      output = call(module, inputs, output) ?? output;
    }
    return output;
  }
}

/** A module whose `forward` hooks wrap. */
interface Hookable {
  forward(...inputs: never[]): unknown;
}

/**
 * Wraps `forward` of a module. While there are hooks, `forward` is a field of the object, so that hooks cost other
 * modules nothing. `onEmpty` is called when the last hook was removed.
 */
export function installHooks(module: Hookable, onEmpty: () => void): ForwardHooks {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const hooks = new ForwardHooks(() => {
    onEmpty();
    if (own === undefined) Reflect.deleteProperty(module, 'forward');
    else Object.defineProperty(module, 'forward', own);
  });
  const forward = module.forward.bind(module);
  Object.defineProperty(module, 'forward', {
    value: (...inputs: never[]) => hooks.run(module, forward, inputs),
    configurable: true,
    writable: true,
  });
  return hooks;
}
