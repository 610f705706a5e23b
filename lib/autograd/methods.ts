/** Methods of tensors for gradients, and the arguments that they share with `grad`. */
import { countChange } from '../core/changes';
import { writeElement } from '../core/element';
import { requireBoolean, requireOptions, shapeText, unexpected, wrongType } from '../core/errors';
import { addCallingMethods } from '../core/methods';
import type { Hook } from '../core/node';
import { sameShape } from '../core/shape';
import { Tensor } from '../core/tensor';
import { runBackward } from './backward';

/** Options of `backward` and `grad`: keep the graph, record the gradients. */
interface GraphOptions {
  retainGraph?: boolean;
  createGraph?: boolean;
}

/** The checked options; `retainGraph` defaults to `createGraph`. */
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

/** The gradient that backward starts with at `root`: the given one, or 1. */
export function seedFor(op: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (gradient === undefined || gradient === null) {
    if (root.numel() !== 1) {
      throw new RangeError(
        `${op}: a tensor of shape ${shapeText(root.shape)} needs a gradient of that shape; ` +
          'pass it, or reduce to one element',
      );
    }
    const ones = Tensor._empty(root.dtype, root.shape);
    const { array } = ones._storage;
    for (let i = 0; i < array.length; i++) writeElement(ones.dtype, array, i, 1);
    return ones;
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
     * Adds the derivative of this tensor with respect to every leaf that it depends on to the leaf's `grad`.
     *
     * @param gradient weights of the elements, of this shape; default 1 for a tensor of one element
     * @param options `retainGraph` keeps the graph for another backward, default as `createGraph`; `createGraph`
     *   records the gradients for higher derivatives, default false
     * @throws RangeError if this tensor has more than one element and no `gradient`; Error if it does not require
     *   gradients, or if its graph was freed
     * @see torch.Tensor.backward
     * @example
     * const x = tensor([1, 2], { requiresGrad: true });
     * x.square().sum().backward();
     * x.grad; // tensor([2., 4.])
     */
    backward(
      gradient?: Tensor | null,
      options?: { retainGraph?: boolean; createGraph?: boolean },
    ): void;
    /**
     * Makes `backward` store the gradient of this result of an op in `grad`, as it does for a leaf.
     *
     * @throws Error if this tensor does not require gradients
     * @see torch.Tensor.retain_grad
     * @example
     * const y = tensor([3], { requiresGrad: true }).mul(2);
     * y.retainGrad();
     * y.square().sum().backward();
     * y.grad; // tensor([12.])
     */
    retainGrad(): void;
    /**
     * Calls `hook` with the gradient of this tensor whenever one is computed. A tensor that it returns replaces the
     * gradient.
     *
     * @param hook a function of the gradient
     * @returns a handle whose `remove()` removes the hook
     * @throws Error if this tensor does not require gradients
     * @see torch.Tensor.register_hook
     * @example
     * const x = tensor([1], { requiresGrad: true });
     * x.registerHook((gradient) => gradient.mul(10));
     * x.mul(2).sum().backward();
     * x.grad; // tensor([20.])
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
        'backward: this tensor does not depend on a tensor that requires gradients; ' +
          'set requiresGrad, and compute it outside noGrad',
      );
    }
    runBackward([this], [seedFor('backward', this, gradient)], graph);
  },
  retainGrad(this: Tensor): void {
    if (!this.requiresGrad) throw new Error('retainGrad: this tensor does not require gradients');
    if (this._node !== null) this._node.retained = this;
  },
  registerHook(this: Tensor, hook: Hook): { remove(): void } {
    if (typeof hook !== 'function') throw wrongType('registerHook', 'a function', 'hook', hook);
    if (!this.requiresGrad) {
      throw new Error('registerHook: this tensor does not require gradients');
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
