/** Tells an open capture which modules run, so that compiled functions detect changes of these modules. */
import { capture, type Capture } from '../../core/capture';
import type { AnyModule } from './module';

type Forward = (this: AnyModule, ...inputs: unknown[]) => unknown;

/** Prototypes whose `forward` is already wrapped. */
const tracked = new WeakSet<object>();

/** Excludes a base class, whose forward only throws, from `trackForward`. */
export function excludeBase(prototype: object): void {
  tracked.add(prototype);
}

/**
 * Wraps `forward` of the classes of a new module, so that it first notifies an open capture. An eager call takes 5 ns
 * longer. Only a wrapper sees every call, because users call `forward` directly.
 */
export function trackForward(module: object): void {
  let prototype = Object.getPrototypeOf(module) as object | null;
  while (prototype !== null && !tracked.has(prototype)) {
    tracked.add(prototype);
    const own = Object.getOwnPropertyDescriptor(prototype, 'forward');
    if (typeof own?.value === 'function' && own.configurable === true) {
      const original = own.value as Forward;
      const forward = function forward(this: AnyModule, ...inputs: unknown[]): unknown {
        if (capture !== null) recordUse(capture, this);
        return original.apply(this, inputs);
      };
      Object.defineProperty(prototype, 'forward', { ...own, value: forward });
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}

/** Makes the capture watch the fields of a module that runs, and of lists in it, whose own forward never runs. */
function recordUse(open: Capture, module: AnyModule): void {
  if (!open.fields.add(module)) return;
  open.guards.push(module._hookTest());
  const addLists = (parent: AnyModule): void => {
    parent._eachChild((child) => {
      if (child._hasForward || !open.fields.add(child)) return;
      open.guards.push(sameElements(child));
      addLists(child);
    });
  };
  addLists(module);
}

/** Returns a function that tests whether a list of modules still has the same elements. */
function sameElements(list: AnyModule): () => boolean {
  const elementsOf = (): unknown[] => {
    const found: unknown[] = [];
    list._eachField((value, name) => found.push(name, value));
    return found;
  };
  const elements = elementsOf();
  return () => {
    const now = elementsOf();
    return now.length === elements.length && now.every((element, i) => element === elements[i]);
  };
}
