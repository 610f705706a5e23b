/** Optimizer updates: rows that change a parameter and its state in place, so they have no gradient. */
import { nativeOp } from './define';

/**
 * Each takes the numbers of a parameter's group, its step count, the parameter, its gradient, the rest of its state
 * (null for what an option leaves out), and the number of elements; adam also whether decay is decoupled.
 */
export const updates = {
  sgd: nativeOp('sgd'),
  adam: nativeOp('adam'),
  adamax: nativeOp('adamax'),
  nadam: nativeOp('nadam'),
  radam: nativeOp('radam'),
  rmsprop: nativeOp('rmsprop'),
  adagrad: nativeOp('adagrad'),
  adadelta: nativeOp('adadelta'),
} as const;
