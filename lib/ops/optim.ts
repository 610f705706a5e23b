/** Optimizer updates: ops that change a parameter and its state in place, so they have no gradient. */
import { argumentNames, kernels, type Kernels } from './define';

/** An update by the parameter's dtype. */
export interface Update {
  readonly kernels: Kernels;
  /** The names of its arguments in order, read when first needed. */
  readonly names: readonly string[];
}

function update(name: string): Update {
  let names: readonly string[] | null = null;
  return {
    kernels: kernels(name),
    get names() {
      return (names ??= argumentNames(name));
    },
  };
}

/**
 * Each takes `hyper`, the options of a parameter group as numbers; `step`, the step count of the parameter;
 * `param`; `grad`; the rest of the parameter's state by name, null if an option disables it; and `n`, the number of
 * elements.
 */
export const updates = {
  sgd: update('sgd'),
  adam: update('adam'),
  adamax: update('adamax'),
  nadam: update('nadam'),
  radam: update('radam'),
  rmsprop: update('rmsprop'),
  adagrad: update('adagrad'),
  adadelta: update('adadelta'),
} as const;
