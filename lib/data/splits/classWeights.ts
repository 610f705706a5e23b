import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireInteger,
  requireItems,
  requireOneOf,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';

const op = 'classWeights';

/**
 * Weights for the classes of `F.crossEntropy`: rows / (classes * rows of the class), so that all classes count alike.
 *
 * @param mode 'balanced'
 * @param labels class labels from 0, such as those of a LabelEncoder
 * @param options `numClasses`: default the largest label + 1
 * @returns float32, shape (classes)
 * @throws RangeError if a class does not occur
 * @see sklearn.utils.class_weight.compute_class_weight
 * @example data.classWeights('balanced', [0, 0, 0, 1]) // tensor([0.6667, 2.0000])
 */
export function classWeights(
  mode: 'balanced',
  labels: Tensor | Iterable<number | bigint>,
  options: {
    /** The number of classes. */
    numClasses?: number;
  } = {},
): Tensor {
  requireArity(op, arguments.length, 3);
  requireOneOf(op, 'mode', mode, ['balanced']);
  requireOptions(op, options, ['numClasses']);
  const items: ArrayLike<unknown> =
    labels instanceof Tensor
      ? numbersOf(op, labels)
      : requireItems(op, 'a vector or an array of labels', 'labels', labels);
  const list = Array.from(items, (label, i) =>
    requireInteger(op, `labels[${i}]`, typeof label === 'bigint' ? Number(label) : label, 0),
  );
  if (list.length === 0) throw unexpected(op, 'at least one label', 'labels', 'none');
  const largest = list.reduce((most, label) => Math.max(most, label), 0);
  const numClasses = requireInteger(op, 'numClasses', options.numClasses ?? largest + 1, 1);
  if (largest >= numClasses) {
    throw unexpected(op, `labels below ${numClasses}`, 'labels', String(largest));
  }
  if (numClasses > list.length) throw unexpected(op, 'a label of each class', 'labels', `${list.length} labels for ${numClasses} classes`); // prettier-ignore
  const counts = new Float64Array(numClasses);
  for (const label of list) counts[label]++;
  const none = counts.indexOf(0);
  if (none >= 0) throw unexpected(op, 'a label of each class', 'labels', `none of class ${none}`);
  const weights = Float32Array.from(counts, (count) => list.length / (numClasses * count));
  return new Tensor(new Storage('float32', weights), [numClasses]);
}
