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

/** Options of `gaussianClusters`. */
export interface GaussianClustersOptions {
  /** The centre of each cluster, (clusters, dims). */
  centers: Tensor | readonly (readonly number[])[];
  /** The class of each cluster, integers (clusters); clusters may share a class. Default: 0, 1, 2, ... */
  labels?: Tensor | readonly number[];
  /** Number of points, at least 1. Default: 1. */
  batchSize?: number;
  /** Seed for the points, an integer of at least 0. Default: draws from the generator of `manualSeed`. */
  seed?: number;
}

/**
 * Draws random points around centres, to try out a classifier.
 *
 * Each point belongs to a cluster, chosen with equal probability, and is normally distributed around the centre with
 * variance 1 in every direction. The labels fit `F.crossEntropy`; for losses of two classes use
 * `y.to('float32').unsqueeze(1)`.
 *
 * @param options centres, labels, number of points and seed; see GaussianClustersOptions
 * @returns `x`, the points as float32 (batchSize, dims), and `y`, their classes as int32 (batchSize)
 * @throws TypeError if `centers` is missing
 * @throws RangeError if `centers` is not a matrix, or `labels` does not have one integer per centre
 * @example
 * const centers = [[-3, -3], [3, 3], [-3, 3], [3, -3]];
 * const { x, y } = data.gaussianClusters({ centers, labels: [0, 0, 1, 1], batchSize: 32 }); // (32, 2) and (32)
 */
export function gaussianClusters(options: GaussianClustersOptions): {
  /** The points, float32 (batchSize, dims). */
  x: Tensor;
  /** The classes of the points, int32 (batchSize). */
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
    throw wrongType(op, 'a tensor or an array of arrays of numbers', 'centers', centers);
  }
  const input =
    centers instanceof Tensor
      ? centers
      : calledAs('gaussianClusters', () => tensor(centers as TensorData), ['data', 'centers']);
  const matrix = input.to('float32');
  if (matrix.ndim !== 2 || matrix.shape[0] === 0) {
    throw unexpected(op, 'shape (clusters, dims)', 'centers', shapeText(matrix.shape));
  }
  return matrix;
}

function labelsOf(op: string, labels: unknown, clusters: number): Tensor {
  if (labels === undefined) return arange(clusters, { dtype: 'int32' });
  if (!(labels instanceof Tensor) && !Array.isArray(labels)) {
    throw wrongType(op, 'a tensor or an array of integers', 'labels', labels);
  }
  const values =
    labels instanceof Tensor ? Array.from(numbersOf(op, labels)) : (labels as unknown[]);
  const shape = labels instanceof Tensor ? labels.shape : [labels.length];
  if (shape.length !== 1 || shape[0] !== clusters) {
    throw unexpected(op, `shape [${clusters}], one label per centre,`, 'labels', shapeText(shape));
  }
  const classes = values.map((label, i) => requireInteger(op, `labels[${i}]`, label));
  return tensor(classes, { dtype: 'int32' });
}
