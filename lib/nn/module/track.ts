/** Tells an open capture which modules run, so that compiled functions notice changes of them. */
import { capture, type Capture } from '../../core/capture';
import type { AnyModule } from './module';

type Forward = (this: AnyModule, ...inputs: unknown[]) => unknown;

/** Prototypes whose `forward` is replaced already. */
const tracked = new WeakSet<object>();

/** Excludes a base class, which has no forward of its own, from `trackForward`. */
export function excludeBase(prototype: object): void {
  tracked.add(prototype);
}

/**
 * Replaces `forward` of the classes of a new module by one that first tells an open capture. It costs an eager call 5 ns;
 * forward is called directly, so no other place sees every call.
 */
export function trackForward(module: object): void {
  let prototype = Object.getPrototypeOf(module) as object | null;
  while (prototype !== null && !tracked.has(prototype)) {
    tracked.add(prototype);
    const own = Object.getOwnPropertyDescriptor(prototype, 'forward');
    if (typeof own?.value === 'function' && own.configurable === true) {
      const original = own.value as Forward;
      const forward = function forward(this: AnyModule, ...inputs: unknown[]): unknown {
        if (capture !== null) runIn(capture, this);
        return original.apply(this, inputs);
      };
      Object.defineProperty(prototype, 'forward', { ...own, value: forward });
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}

/** Notes the fields of a module that runs, and those of lists of modules in it, which do not run themselves. */
function runIn(open: Capture, module: AnyModule): void {
  if (!open.fields.add(module)) return;
  open.guards.push(module._hookTest());
  const addLists = (parent: AnyModule): void => {
    parent._eachChild((child) => {
      if (child._runs || !open.fields.add(child)) return;
      open.guards.push(sameElements(child));
      addLists(child);
    });
  };
  addLists(module);
}

/** A test whether a list of modules still has the same elements. */
function sameElements(list: AnyModule): () => boolean {
  const elementsOf = (): unknown[] => {
    const found: unknown[] = [];
    list._eachField((value, name) => found.push(name, value));
    return found;
  };
  const elements = elementsOf();
  return () => {
    const now = elementsOf();
    return now.length === elements.length && now.every((one, i) => one === elements[i]);
  };
}
