/**
 * What runs the numbers: OpenBLAS, SIMD target and threads; and its three matrix products on bare typed arrays.
 *
 * @module
 */
import type { NativeInfo } from '../binding';
import { dtypesOfMemory, isFloating, isHalf, type DType } from './core/dtype';
import { requireArity, wrongType } from './core/errors';
import { addon as machine } from './core/native';
import { gemmKernels, linearBackwardKernels, linearKernels } from './ops/matrix/products';
import { version } from './version';

/** Memory of the products: one kind in a call. */
export type FloatArray = Float32Array | Float64Array;

/** Versions, CPU and threads; `quota` is what a cgroup grants in CPUs, null where nothing limits them. */
export interface BackendInfo extends NativeInfo {
  /** Version of this library. */
  readonly version: string;
}

/**
 * What the library runs on: BLAS and its version and core type, SIMD target, CPU, how many CPUs this process may use,
 * threads in use, and warnings about settings that make it slow (docs/troubleshooting.md).
 */
export function info(): BackendInfo {
  requireArity('info', arguments.length, 0);
  return { version, ...machine.info() };
}

/** Speeds in 1e9 float32 operations a second, a multiply-add being two. */
export interface BackendSpeed {
  /** Independent multiply-adds in registers on one core: what no program exceeds there. */
  readonly corePeak: number;
  /** The product of two 1024 x 1024 matrices on one thread. */
  readonly oneThread: number;
  /** The same on `threads`, those in use. */
  readonly allThreads: number;
  /** How many those are. */
  readonly threads: number;
}

/**
 * Measures the core and matrix products: blocks for about a second; the best of repeated runs counts, but other load on
 * the machine lowers it still.
 *
 * @example const { oneThread, corePeak } = backend.measure(); // oneThread / corePeak: 0.8 to 0.9 on an idle core
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

/** Threads that share matrix products and large elementwise loops. */
export function getNumThreads(): number {
  requireArity('getNumThreads', arguments.length, 0);
  return machine.getNumThreads();
}

/**
 * Sets the number of threads, 1 to 1024. At first it is BLASGRAD_NUM_THREADS, or else as many as this process may use
 * CPUs; small work stays on one thread.
 */
export function setNumThreads(n: number): void {
  requireArity('setNumThreads', arguments.length, 1);
  machine.setNumThreads(n);
}

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
 * c = alpha op(a) op(b) + beta c, op(a) (m, k), op(b) (k, n), c (m, n), rows in order and without gaps
 * (BLAS sgemm, dgemm).
 *
 * `transA` says that `a` holds (k, m), `transB` that `b` holds (n, k). With `beta` 0 what `c` held does not matter.
 * RangeError if an array is shorter than its shape; `c` must not share memory with `a` or `b`.
 *
 * @example backend.gemm(false, true, 2, 3, 4, 1, x, weight, 0, y); // y = x weight^T
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
 * y = x weight^T + bias: x (batch, inFeatures), weight (outFeatures, inFeatures), bias (outFeatures) or null,
 * y (batch, outFeatures).
 *
 * RangeError if an array is shorter than its shape; `y` must not share memory with the others.
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
 * The derivatives of linearForward from that of its result, dy (batch, outFeatures): dx = dy weight,
 * dWeight = dy^T x, dBias = dy summed over the batch. Each has the shape of what it belongs to, is overwritten, and
 * is left out where null.
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
