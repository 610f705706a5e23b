/** Methods of tensors for gradients, and the arguments that they share with `grad`. */
import { countChange } from '../core/changes';
import { writeElement } from '../core/element';
import { requireBoolean, requireOptions, shapeText, unexpected, wrongType } from '../core/errors';
import { addCallingMethods } from '../core/methods';
import type { Hook } from '../core/node';
import { sameShape } from '../core/shape';
import { Tensor } from '../core/tensor';
import { runBackward } from './backward';

/** Whether the graph stays after backward, and whether the gradients are recorded. */
interface GraphOptions {
  retainGraph?: boolean;
  createGraph?: boolean;
}

/** The options, checked; `retainGraph` is `createGraph` where it is missing. */
export function graphOptions(
  op: string,
  options: GraphOptions = {},
  others: readonly string[] = [],
): Required<GraphOptions> {
  requireOptions(op, options, [...others, 'retainGraph', 'createGraph']);
  const createGraph = requireBoolean(op, 'createGraph', options.createGraph ?? false);
  return {
    createGraph,
    retainGraph: requireBoolean(op, 'retainGraph', options.retainGraph ?? createGraph),
  };
}

/** The gradient that backward starts with at `root`: the one given, or 1. */
export function seedFor(op: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (gradient === undefined || gradient === null) {
    if (root.numel() !== 1) {
      throw unexpected(op, 'a gradient for a tensor of several elements', 'gradient', 'none');
    }
    const one = Tensor._empty(root.dtype, root.shape);
    const { array } = one._storage;
    for (let i = 0; i < array.length; i++) writeElement(one.dtype, array, i, 1);
    return one;
  }
  if (!(gradient instanceof Tensor)) throw wrongType(op, 'a tensor', 'gradient', gradient);
  if (!sameShape(gradient.shape, root.shape) || gradient.dtype !== root.dtype) {
    const what = `a ${root.dtype} tensor of shape ${shapeText(root.shape)}`;
    throw unexpected(
      op,
      what,
      'gradient',
      `a ${gradient.dtype} tensor of shape ${shapeText(gradient.shape)}`,
    );
  }
  return gradient;
}

declare module '../core/tensor' {
  interface Tensor {
    /**
     * Adds this tensor's derivative with respect to every leaf it depends on to the leaf's `grad`.
     *
     * `gradient` (same shape, default 1 for a tensor of one element) weights the elements. The graph is freed unless
     * `retainGraph`; `createGraph` records the gradients themselves, for higher derivatives.
     */
    backward(
      gradient?: Tensor | null,
      options?: { retainGraph?: boolean; createGraph?: boolean },
    ): void;
    /** Keeps the gradient of this result of an op in `grad`, as a leaf does. */
    retainGrad(): void;
    /**
     * Calls `hook` with the gradient of this tensor whenever one is computed; a tensor it returns replaces the gradient.
     * Returns a handle whose `remove()` removes the hook.
     */
    registerHook(hook: Hook): {
      /** Removes the hook. */
      remove(): void;
    };
  }
}

addCallingMethods({
  backward(this: Tensor, gradient?: Tensor | null, options?: GraphOptions): void {
    const graph = graphOptions('backward', options);
    if (!this.requiresGrad) {
      throw new Error(
        'backward: expected a tensor that requires grad, got one that depends on no such tensor',
      );
    }
    runBackward([this], [seedFor('backward', this, gradient)], graph);
  },
  retainGrad(this: Tensor): void {
    if (!this.requiresGrad)
      throw new Error('retainGrad: expected a tensor that requires grad, got one that does not');
    if (this._node !== null) this._node.retained = this;
  },
  registerHook(this: Tensor, hook: Hook): { remove(): void } {
    if (typeof hook !== 'function') throw wrongType('registerHook', 'a function', 'hook', hook);
    if (!this.requiresGrad) {
      throw new Error('registerHook: expected a tensor that requires grad, got one that does not');
    }
    const hooks = this._node === null ? (this._hooks ??= []) : (this._node.hooks ??= []);
    hooks.push(hook);
    countChange();
    return {
      remove: () => {
        const place = hooks.indexOf(hook);
        if (place >= 0) hooks.splice(place, 1);
        countChange();
      },
    };
  },
});
