/** Clusters of numbers. */
import { middles, moments } from './statistics';

interface Cluster {
  sum: number;
  count: number;
}

/**
 * Centers of clusters of sorted values, in ascending order: Lloyd's algorithm from initial centers. As in scikit-learn,
 * an empty cluster takes the value farthest from its center, and the search ends when no value changes its cluster or
 * centers move by less than 1e-4 of the variance.
 */
export function clusterCenters(sorted: Float64Array, initial: readonly number[]): number[] {
  const tolerance = 1e-4 * moments(sorted).std ** 2;
  let centers = [...initial];
  let before = '';
  for (let round = 0; round < 300; round++) {
    const clusters = centers.map((): Cluster => ({ sum: 0, count: 0 }));
    const labels = labelsOf(sorted, centers);
    labels.forEach((label, i) => {
      clusters[label].sum += sorted[i];
      clusters[label].count++;
    });
    const counts = clusters.map(({ count }) => count).join();
    fillEmpty(sorted, centers, labels, clusters);
    const next = clusters.map(({ sum, count }) => sum / count);
    const moved = next.reduce((total, center, i) => total + (center - centers[i]) ** 2, 0);
    centers = next.sort((a, b) => a - b);
    // Values are sorted, so that equal counts are equal clusters.
    if (counts === before || moved <= tolerance) break;
    before = counts;
  }
  return centers;
}

/** The nearest center of each value. */
function labelsOf(sorted: Float64Array, centers: readonly number[]): Int32Array {
  const limits = middles(centers);
  let cluster = 0;
  return Int32Array.from(sorted, (value) => {
    while (cluster < limits.length && value > limits[cluster]) cluster++;
    return cluster;
  });
}

function fillEmpty(
  sorted: Float64Array,
  centers: readonly number[],
  labels: Int32Array,
  clusters: Cluster[],
): void {
  const empty = clusters.filter(({ count }) => count === 0);
  if (empty.length === 0) return;
  const distance = (i: number): number => Math.abs(sorted[i] - centers[labels[i]]);
  const far = Array.from(sorted.keys()).sort((a, b) => distance(b) - distance(a));
  empty.forEach((cluster, i) => {
    const value = sorted[far[i]];
    const old = clusters[labels[far[i]]];
    old.sum -= value;
    old.count--;
    cluster.sum = value;
    cluster.count = 1;
  });
}
