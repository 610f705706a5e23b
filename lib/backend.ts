/**
 * The computing backend: OpenBLAS, SIMD target and threads, and three matrix products on typed arrays.
 *
 * @module
 */
import type { NativeInfo } from '../binding';
import { dtypesOfMemory, isFloating, isHalf, type DType } from './core/dtype';
import { requireArity, wrongType } from './core/errors';
import { addon as machine } from './core/native';
import { gemmKernels, linearBackwardKernels, linearKernels } from './ops/matrix/products';
import { version } from './version';

/** Memory of the products; all arrays of a call are of one class. */
export type FloatArray = Float32Array | Float64Array;

/** Versions, CPU and threads; `quota` is the number of CPUs that a cgroup grants, null without a limit. */
export interface BackendInfo extends NativeInfo {
  /** Version of this library. */
  readonly version: string;
}

/**
 * Describes what the library runs on: BLAS with its version and core type, SIMD target, CPU, the CPUs that this
 * process may use, threads in use, and warnings about settings that make it slow (see troubleshooting).
 *
 * @returns the description
 * @example backend.info().version.split('.').length // 3
 */
export function info(): BackendInfo {
  requireArity('info', arguments.length, 0);
  return { version, ...machine.info() };
}

/** Speeds in 1e9 float32 operations a second; a multiply-add counts as two. */
export interface BackendSpeed {
  /** Independent multiply-adds in registers on one core: the upper limit for any program. */
  readonly corePeak: number;
  /** The product of two 1024 x 1024 matrices on one thread. */
  readonly oneThread: number;
  /** The same product on `threads` threads. */
  readonly allThreads: number;
  /** The number of threads in use. */
  readonly threads: number;
}

/**
 * Measures the speed of a core and of matrix products. It blocks for about a second and takes the best of repeated
 * runs; other load on the machine still lowers the result.
 *
 * @returns the speeds; `oneThread / corePeak` is 0.8 to 0.9 on an idle core
 * @example const { oneThread, corePeak } = backend.measure();
 */
export function measure(): BackendSpeed {
  requireArity('measure', arguments.length, 0);
  const threads = getNumThreads();
  try {
    const corePeak = machine.measurePeak(100);
    setNumThreads(1);
    const oneThread = productSpeed();
    setNumThreads(threads);
    const allThreads = threads === 1 ? oneThread : productSpeed();
    return { corePeak, oneThread, allThreads, threads };
  } finally {
    setNumThreads(threads);
  }
}

/** The best of products in 300 ms, the first of which warms up. */
function productSpeed(): number {
  const n = 1024;
  const [a, b, c] = [1, 2, 0].map((value) => new Float32Array(n * n).fill(value));
  let best = 0;
  const end = performance.now() + 300;
  do {
    const start = performance.now();
    gemm(false, false, n, n, n, 1, a, b, 0, c);
    best = Math.max(best, (2 * n ** 3) / (1e6 * (performance.now() - start)));
  } while (performance.now() < end);
  return best;
}

/**
 * The number of threads that share matrix products and large elementwise loops.
 *
 * @returns the number of threads
 * @see torch.get_num_threads
 * @example backend.getNumThreads() > 0 // true
 */
export function getNumThreads(): number {
  requireArity('getNumThreads', arguments.length, 0);
  return machine.getNumThreads();
}

/**
 * Sets the number of threads. At first it is BLASGRAD_NUM_THREADS, or else the number of CPUs that this process may
 * use. Small work stays on one thread.
 *
 * @param n the number of threads, 1 to 1024
 * @throws RangeError for other numbers
 * @see torch.set_num_threads
 * @example backend.setNumThreads(backend.getNumThreads());
 */
export function setNumThreads(n: number): void {
  requireArity('setNumThreads', arguments.length, 1);
  machine.setNumThreads(n);
}

/**
 * Allows or forbids Winograd's algorithm for float32 convolutions with 3 x 3 kernels, stride 1, and 32 channels or more.
 * It takes about 0.4 of the time of the direct algorithm, and its rounding errors are two to three times as large (below
 * 1e-5 of the largest value). It is allowed at first, unless BLASGRAD_WINOGRAD is 0. The setting is that of the calling thread
 * (the main thread or a worker). Compiled functions follow it without a new capture, runs in the background as it is when
 * they start.
 *
 * @param enabled whether to allow it
 * @throws TypeError if `enabled` is not a boolean
 * @example
 * backend.setWinograd(false);
 * backend.info().winograd; // false
 * backend.setWinograd(true);
 */
export function setWinograd(enabled: boolean): void {
  requireArity('setWinograd', arguments.length, 1);
  machine.setWinograd(enabled);
}

export { setMinorCollections } from './core/minorCollections';

/** The function for the class of an array. */
function kernelFor<K>(
  table: Readonly<Record<DType, K>>,
  op: string,
  name: string,
  array: unknown,
): K {
  const dtype = dtypesOfMemory(array).at(0);
  if (dtype === undefined || !isFloating(dtype) || isHalf(dtype)) {
    throw wrongType(op, 'Float32Array or Float64Array', name, array);
  }
  return table[dtype];
}

/**
 * Computes c = `alpha` op(a) op(b) + `beta` c for matrices whose rows lie in order and without gaps.
 *
 * @param transA whether `a` is transposed: it holds (k, m) instead of (m, k)
 * @param transB whether `b` is transposed: it holds (n, k) instead of (k, n)
 * @param m rows of the result
 * @param n columns of the result
 * @param k length of the inner products
 * @param alpha factor of the product
 * @param a (m, k)
 * @param b (k, n)
 * @param beta factor of the previous content of `c`; with 0 it is ignored
 * @param c (m, n), the result; must not share memory with `a` or `b`
 * @throws RangeError if an array is shorter than its shape
 * @see BLAS sgemm and dgemm
 * @example
 * const [x, weight, y] = [new Float32Array([1, 2]), new Float32Array([3, 4]), new Float32Array(1)];
 * backend.gemm(false, true, 1, 1, 2, 1, x, weight, 0, y);
 * y[0]; // 11
 */
export function gemm(
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: FloatArray,
  b: FloatArray,
  beta: number,
  c: FloatArray,
): void {
  requireArity('gemm', arguments.length, 10);
  const call = kernelFor(gemmKernels, 'gemm', 'a', a);
  call({ a, b, c }, { transA, transB, m, n, k, alpha, beta });
}

/**
 * Computes y = x weight^T + bias.
 *
 * @param x (batch, inFeatures)
 * @param weight (outFeatures, inFeatures)
 * @param bias (outFeatures), or null
 * @param y (batch, outFeatures), the result; must not share memory with the others
 * @param batch number of rows of `x`
 * @param inFeatures number of inputs
 * @param outFeatures number of outputs
 * @throws RangeError if an array is shorter than its shape
 * @example
 * const y = new Float32Array(1);
 * backend.linearForward(new Float32Array([1, 2]), new Float32Array([3, 4]), null, y, 1, 2, 1);
 * y[0]; // 11
 */
export function linearForward(
  x: FloatArray,
  weight: FloatArray,
  bias: FloatArray | null,
  y: FloatArray,
  batch: number,
  inFeatures: number,
  outFeatures: number,
): void {
  requireArity('linearForward', arguments.length, 7);
  const call = kernelFor(linearKernels, 'linearForward', 'x', x);
  call({ x, weight, bias, y }, { batch, inFeatures, outFeatures });
}

/**
 * Computes the gradients of `linearForward`: dx = dy weight, dWeight = dy^T x, and dBias, the sum of dy over the
 * batch.
 *
 * @param x (batch, inFeatures)
 * @param weight (outFeatures, inFeatures)
 * @param dy (batch, outFeatures), the gradient of the result
 * @param dx the gradient of `x`, overwritten; null to leave it out
 * @param dWeight the gradient of `weight`, overwritten; null to leave it out
 * @param dBias the gradient of the bias, overwritten; null to leave it out
 * @param batch number of rows of `x`
 * @param inFeatures number of inputs
 * @param outFeatures number of outputs
 * @throws RangeError if an array is shorter than its shape
 * @example
 * const [x, weight, dy] = [new Float32Array([1, 2]), new Float32Array([3, 4]), new Float32Array([10])];
 * const dx = new Float32Array(2);
 * backend.linearBackward(x, weight, dy, dx, null, null, 1, 2, 1);
 * Array.from(dx); // [ 30, 40 ]
 */
export function linearBackward(
  x: FloatArray,
  weight: FloatArray,
  dy: FloatArray,
  dx: FloatArray | null,
  dWeight: FloatArray | null,
  dBias: FloatArray | null,
  batch: number,
  inFeatures: number,
  outFeatures: number,
): void {
  requireArity('linearBackward', arguments.length, 9);
  const call = kernelFor(linearBackwardKernels, 'linearBackward', 'x', x);
  call({ x, weight, dy, dx, dWeight, dBias }, { batch, inFeatures, outFeatures });
}
