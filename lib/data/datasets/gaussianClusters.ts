import { calledAs } from '../../core/caller';
import { tensor } from '../../creation/filled';
import { arange } from '../../creation/range';
import {
  requireArity,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { TensorData } from '../../core/nested';
import { Generator } from '../../core/generator';
import { randint, randn } from '../../creation/random';
import { numbersOf } from '../../core/access';
import { Tensor } from '../../core/tensor';

/** Options of gaussianClusters. */
export interface GaussianClustersOptions {
  /** The centre of each cluster: (clusters, dims). */
  centers: Tensor | readonly (readonly number[])[];
  /** The class of each cluster, integers; several clusters may have the same class. Default: 0, 1, 2, ... */
  labels?: Tensor | readonly number[];
  /** The number of points, at least 1; default 1. */
  batchSize?: number;
  /** The same seed draws the same points; default: the generator of `manualSeed`. */
  seed?: number;
}

/**
 * Random points around given centres, to try out a classifier. Each point belongs to a cluster, chosen with equal
 * probability, and lies around its centre with variance 1 in every direction.
 *
 * Returns `x`, float32 (batchSize, dims), and `y`, the int32 labels (batchSize), for `F.crossEntropy`. For losses of
 * two classes use `y.to('float32').unsqueeze(1)`.
 *
 * @example
 * const corners = { centers: [[-3, -3], [3, 3], [-3, 3], [3, -3]], labels: [0, 0, 1, 1] }; // exclusive or
 * for (let i = 0; i < 1000; i++) {
 *   const { x, y } = data.gaussianClusters({ ...corners, batchSize: 32 });
 *   step(x, y);
 * }
 */
export function gaussianClusters(options: GaussianClustersOptions): {
  /** The points. */
  x: Tensor;
  /** Their labels. */
  y: Tensor;
} {
  requireArity('gaussianClusters', arguments.length, 1);
  const op = 'gaussianClusters';
  if ((options as unknown) === undefined) throw wrongType(op, 'an object', 'options', options);
  requireOptions(op, options, ['centers', 'labels', 'batchSize', 'seed']);
  const { batchSize = 1, seed } = options;
  requireInteger(op, 'batchSize', batchSize, 1);
  const centers = matrixOf(op, options.centers);
  const [clusters, dims] = centers.shape;
  const labels = labelsOf(op, options.labels, clusters);
  const generator =
    seed === undefined ? undefined : new Generator(requireInteger(op, 'seed', seed, 0));
  const chosen = randint(0, clusters, [batchSize], { generator });
  const noise = randn([batchSize, dims], { generator });
  return { x: centers.indexSelect(0, chosen).add(noise), y: labels.indexSelect(0, chosen) };
}

function matrixOf(op: string, centers: unknown): Tensor {
  if (!(centers instanceof Tensor) && !Array.isArray(centers)) {
    throw wrongType(op, 'a matrix as tensor or array', 'centers', centers);
  }
  const given =
    centers instanceof Tensor
      ? centers
      : calledAs('gaussianClusters', () => tensor(centers as TensorData), ['data', 'centers']);
  const matrix = given.to('float32');
  if (matrix.ndim !== 2 || matrix.shape[0] === 0) {
    throw unexpected(op, 'a shape (clusters, dims)', 'centers', shapeText(matrix.shape));
  }
  return matrix;
}

function labelsOf(op: string, labels: unknown, clusters: number): Tensor {
  if (labels === undefined) return arange(clusters, { dtype: 'int32' });
  if (!(labels instanceof Tensor) && !Array.isArray(labels)) {
    throw wrongType(op, 'whole numbers as tensor or array', 'labels', labels);
  }
  const values =
    labels instanceof Tensor ? Array.from(numbersOf(op, labels)) : (labels as unknown[]);
  const shape = labels instanceof Tensor ? labels.shape : [labels.length];
  if (shape.length !== 1 || shape[0] !== clusters) {
    throw unexpected(op, `one label for each of ${clusters} centers`, 'labels', shapeText(shape));
  }
  const classes = values.map((label, i) => requireInteger(op, `labels[${i}]`, label));
  return tensor(classes, { dtype: 'int32' });
}
