/** Clears gradients. */
import { requireUnused, requireUnusedGradient } from '../core/access';
import { methodName, requireBoolean, requireOptions } from '../core/errors';
import type { Tensor } from '../core/tensor';

/** Sets all gradients to null, or existing ones to zeros. Checks all of them before it changes the first. */
export function zeroGradients(parameters: readonly Tensor[], setToNone: boolean): void {
  for (const parameter of parameters) {
    requireUnusedGradient('zeroGrad', parameter);
    if (!setToNone && parameter._grad !== null) requireUnused('zeroGrad', [parameter._grad]);
  }
  for (const parameter of parameters) {
    if (setToNone || parameter._grad === null) parameter.grad = null;
    else parameter.grad = parameter._grad.detach().zero_();
  }
}

/** The checked option of `zeroGrad` of modules and optimizers. */
export function requireSetToNone(
  object: object,
  options: { setToNone?: boolean } | undefined,
): boolean {
  if (options === undefined) return true;
  const op = methodName(object, 'zeroGrad');
  requireOptions(op, options, ['setToNone']);
  return requireBoolean(op, 'setToNone', options.setToNone ?? true);
}
