/** Errors of `backend` for wrong arguments name the public function and leave arrays unchanged. */
import { backend } from 'blasgrad';

const f32 = (length: number): Float32Array => new Float32Array(length).fill(0.5);
const f64 = (length: number): Float64Array => new Float64Array(length).fill(0.5);
const int32 = new Int32Array(6);

type Call = (...args: never[]) => void;
type Refusal = [what: string, call: Call, args: unknown[], error: typeof Error, message: string];

function detached(): Float32Array {
  const buffer = new ArrayBuffer(24);
  const array = new Float32Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return array;
}

const refusals: Refusal[] = [
  [
    'gemm of a short a',
    backend.gemm,
    [false, false, 2, 3, 2, 1, f32(3), f32(6), 0, f32(6)],
    RangeError,
    'gemm: expected at least 4 elements for a, got Float32Array(3)',
  ],
  [
    'gemm of a short b',
    backend.gemm,
    [false, false, 2, 3, 2, 1, f32(4), f32(5), 0, f32(6)],
    RangeError,
    'gemm: expected at least 6 elements for b, got Float32Array(5)',
  ],
  [
    'gemm of a short c',
    backend.gemm,
    [false, false, 2, 3, 2, 1, f32(4), f32(6), 0, f32(5)],
    RangeError,
    'gemm: expected at least 6 elements for c, got Float32Array(5)',
  ],
  [
    'gemm of two dtypes',
    backend.gemm,
    [false, false, 2, 3, 2, 1, f32(4), f64(6), 0, f32(6)],
    TypeError,
    'gemm: expected Float32Array for b, got Float64Array(6)',
  ],
  [
    'gemm of integers',
    backend.gemm,
    [false, false, 2, 3, 2, 1, int32, int32, 0, int32],
    TypeError,
    'gemm: expected Float32Array or Float64Array for a, got Int32Array(6)',
  ],
  [
    'gemm of an array',
    backend.gemm,
    [false, false, 2, 3, 2, 1, [1, 2, 3, 4], f32(6), 0, f32(6)],
    TypeError,
    'gemm: expected Float32Array or Float64Array for a, got an array of 4 elements',
  ],
  [
    'gemm of a negative size',
    backend.gemm,
    [false, false, -2, 3, 2, 1, f32(4), f32(6), 0, f32(6)],
    RangeError,
    'gemm: expected an integer from 0 to 2^53 for m, got -2',
  ],
  [
    'gemm of a fraction',
    backend.gemm,
    [false, false, 2, 3, 0.5, 1, f32(4), f32(6), 0, f32(6)],
    RangeError,
    'gemm: expected an integer from 0 to 2^53 for k, got 0.5',
  ],
  [
    'gemm of a huge size',
    backend.gemm,
    [false, false, 2, 2 ** 50, 2, 1, f32(4), f32(6), 0, f32(6)],
    RangeError,
    'gemm: expected at least 2251799813685248 elements for b, got Float32Array(6)',
  ],
  [
    'gemm with a text for transA',
    backend.gemm,
    ['no', false, 2, 3, 2, 1, f32(4), f32(6), 0, f32(6)],
    TypeError,
    "gemm: expected a boolean for transA, got 'no'",
  ],
  [
    'gemm without alpha',
    backend.gemm,
    [false, false, 2, 3, 2, undefined, f32(4), f32(6), 0, f32(6)],
    TypeError,
    'gemm: expected a number for alpha, got undefined',
  ],
  [
    'gemm without anything',
    backend.gemm,
    [],
    TypeError,
    'gemm: expected Float32Array or Float64Array for a, got undefined',
  ],
  [
    'gemm of detached memory',
    backend.gemm,
    [false, false, 2, 3, 2, 1, f32(4), detached(), 0, f32(6)],
    RangeError,
    'gemm: expected at least 6 elements for b, got a detached Float32Array(0)',
  ],
  [
    'gemm of more than BLAS can count',
    backend.gemm,
    [false, false, 0, 2 ** 31, 0, 1, f32(0), f32(0), 0, f32(0)],
    RangeError,
    'gemm: expected at most 2147483647 (BLAS counts in 32 bits) for a side or stride, got 2147483648',
  ],
  [
    'linearForward of a short bias',
    backend.linearForward,
    [f32(6), f32(6), f32(2), f32(9), 3, 2, 3],
    RangeError,
    'linearForward: expected at least 3 elements for bias, got Float32Array(2)',
  ],
  [
    'linearForward of a detached bias',
    backend.linearForward,
    [f32(6), f32(6), detached(), f32(9), 3, 2, 3],
    RangeError,
    'linearForward: expected at least 3 elements for bias, got a detached Float32Array(0)',
  ],
  [
    'linearForward of no weight',
    backend.linearForward,
    [f32(6), null, null, f32(9), 3, 2, 3],
    TypeError,
    'linearForward: expected Float32Array for weight, got null',
  ],
  [
    'linearBackward of a short dWeight',
    backend.linearBackward,
    [f32(6), f32(6), f32(9), null, f32(5), null, 3, 2, 3],
    RangeError,
    'linearBackward: expected at least 6 elements for dWeight, got Float32Array(5)',
  ],
  [
    'linearBackward without dy',
    backend.linearBackward,
    [f32(6), f32(6), undefined, null, null, null, 3, 2, 3],
    TypeError,
    'linearBackward: expected Float32Array for dy, got undefined',
  ],
  [
    'no threads',
    backend.setNumThreads,
    [0],
    RangeError,
    'setNumThreads: expected a number of threads from 1 to 1024 for n, got 0',
  ],
  [
    'too many threads',
    backend.setNumThreads,
    [1e6],
    RangeError,
    'setNumThreads: expected a number of threads from 1 to 1024 for n, got 1000000',
  ],
  [
    'half a thread',
    backend.setNumThreads,
    [1.5],
    RangeError,
    'setNumThreads: expected an integer from 0 to 2^53 for n, got 1.5',
  ],
  [
    'threads in words',
    backend.setNumThreads,
    ['two'],
    TypeError,
    "setNumThreads: expected a number for n, got 'two'",
  ],
  [
    'threads not said',
    backend.setNumThreads,
    [],
    TypeError,
    'setNumThreads: expected a number for n, got undefined',
  ],
  [
    'Winograd as a number',
    backend.setWinograd,
    [1],
    TypeError,
    'setWinograd: expected a boolean for enabled, got 1',
  ],
];

test.each(refusals)('%s', (_what, call, args, error, message) => {
  const arrays = args.filter(
    (arg): arg is Float32Array => arg instanceof Float32Array && arg.length > 0,
  );
  const before = arrays.map((array) => [...array]);
  const run = (): void => (call as (...all: unknown[]) => void)(...args);
  expect(run).toThrow(error);
  expect(run).toThrow(new Error(message));
  expect(arrays.map((array) => [...array])).toEqual(before);
});
