/** The interface of the native addon. It is the same for all ops, which their definitions describe. */

/** The typed arrays that store elements of the dtypes; Uint16Array stores the bits of halves. */
export type ElementArray =
  Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array;

/**
 * Runs one op: first its operands (null for an omitted optional one), then its attributes in order, then, for
 * elementwise ops, the layout: a count if every operand is contiguous (an operand of one element is broadcast), or
 * sizes followed by each operand's strides.
 *
 * An extra argument of any value means that the memory of the result was used before, so that large results do not
 * bypass the caches.
 *
 * Throws TypeError or RangeError, `<op>: expected <what> for <name>, got <actual>`.
 */
export type NativeOp = (...args: (ElementArray | number | boolean | null)[]) => void;

/** The functions of an op by dtype: `ops.add.float32`. */
export type NativeKernels = Readonly<Record<string, NativeOp>>;

/** The functions of an op chosen by two dtypes: `ops.to.float32.int32`, `ops.gather.float32.int32`. */
export type NativeKernelPairs = Readonly<Record<string, NativeKernels>>;

/** The native definition of an op. */
export interface NativeOpDefinition {
  readonly name: string;
  readonly operands: readonly {
    readonly name: string;
    readonly access: 'read' | 'write' | 'update';
    /** `first`, `second`: the dtypes that select the function; otherwise the name of a dtype. */
    readonly dtype: string;
    readonly optional: boolean;
  }[];
  readonly attrs: readonly { readonly name: string; readonly kind: 'size' | 'flag' | 'real' }[];
  /** The dtypes of its functions: one each, or two if an operand has the `second`. */
  readonly kernels: readonly (readonly string[])[];
  readonly elementwise: boolean;
}

export interface NativeInfo {
  /** The BLAS library for matrix products: OpenBLAS. */
  readonly blas: string;
  /** Its version. */
  readonly blasVersion: string;
  /** The CPU type whose kernels OpenBLAS uses. */
  readonly coreType: string;
  /** Highway's name of the instruction set of the other kernels: AVX3 is AVX-512. */
  readonly simdTarget: string;
  /** Name of the CPU. */
  readonly cpu: string;
  /** Number of CPUs that this process may use. */
  readonly cpus: number;
  /** CPUs that the cgroup's quota grants, possibly a fraction; null without a quota. */
  readonly quota: number | null;
  /** Threads in use. */
  readonly threads: number;
  /** Whether convolutions may use Winograd's algorithm. */
  readonly winograd: boolean;
  /** Node-API version that the addon is built for. */
  readonly napiVersion: number;
  /** Texts about settings of this process that make it slow. */
  readonly warnings: readonly string[];
}

/** One operand of a recorded call, and its location. */
export interface RecordedOperand {
  readonly kind: 'absent' | 'external' | 'input' | 'unused' | 'temporary' | 'constant' | 'gradient';
  /** Number among the operands of its kind, in order of appearance. */
  readonly number: number;
  /** Offset in bytes from the start of its memory. */
  readonly offset: number;
  /** Offset in bytes in the arena, for temporaries. */
  readonly arena?: number;
  readonly name: string;
  readonly read: boolean;
  readonly written: boolean;
  readonly dtype: string;
  /** Bytes that the call accesses. */
  readonly bytes: number;
}

/** A program as data. */
export interface ProgramDescription {
  readonly calls: readonly {
    readonly op: string;
    readonly dtype: string;
    readonly operands: readonly RecordedOperand[];
    readonly attrs: Readonly<Record<string, number>>;
  }[];
  readonly outputs: readonly Pick<RecordedOperand, 'kind' | 'number' | 'offset'>[];
  readonly instructions: number;
  readonly arenaBytes: number;
  readonly temporaryBytes: number;
  readonly constantBytes: number;
}

/** The first difference between a new recording of a function and its program. */
export interface RecordedDifference {
  /**
   * `op`: `then` and `now` are op names, empty if there is no op; `attr`, `constant`: the call's number `name`,
   * which is an attribute or an operand that JavaScript wrote; `operand`: a different tensor; `size`: different
   * sizes or dtypes; `result`: a different result or gradient, which `name` identifies.
   */
  readonly kind: 'op' | 'attr' | 'constant' | 'operand' | 'size' | 'result';
  /** The index of the call. */
  readonly call: number;
  readonly op: string;
  /** The function that called the op, or empty. */
  readonly caller: string;
  readonly name: string;
  readonly then: string;
  readonly now: string;
  readonly numberThen: number;
  readonly numberNow: number;
  /** For a constant: the first element that differs, and the number of elements. */
  readonly element: number;
  readonly elements: number;
  readonly dtype: string;
}

/** A captured program. `arrays` are those of the inputs, then of the outputs. */
export interface NativeProgram {
  /** For each state passed to endCapture: 2 if a call writes to it, 1 if calls only read it, otherwise 0. */
  readonly access: readonly number[];
  /** Runs one step on this thread. */
  run(...arrays: ElementArray[]): void;
  /**
   * Runs steps on this thread; each array holds a row for each step. After step i, row i of each table is copied to
   * the target with the same index. Returns the number of finished steps, which is smaller than `steps` if they
   * take longer than 100 ms.
   */
  runSteps(
    steps: number,
    arrays: readonly ElementArray[],
    targets: readonly Float64Array[],
    tables: readonly Float64Array[],
  ): number;
  /** The same on the background thread, in shared memory. Calls back on this thread. */
  start(
    steps: number,
    arrays: readonly ElementArray[],
    targets: readonly Float64Array[],
    tables: readonly Float64Array[],
    callback: (error: RangeError | null, steps: number) => void,
  ): void;
  /** Ends the asynchronous run after its current step. */
  stop(): void;
  /** Steps that the asynchronous run has finished. */
  progress(): number;
  /** Compares the open capture with the program; null if they are equal. The arrays are those of `endCapture`. */
  compare(
    inputs: readonly ElementArray[],
    outputs: readonly ElementArray[],
    gradients: readonly ElementArray[],
  ): RecordedDifference | null;
  /** Null after `dispose`. */
  describe(): ProgramDescription | null;
  /** Frees its memory; throws while an asynchronous run uses it. */
  dispose(): void;
}

/** Records op calls: while a capture is open, every call runs and is recorded. */
export interface NativeCapture {
  beginCapture(): void;
  /** Makes shared memory a temporary, which the program will place in its arena. */
  addTemporary(memory: ElementArray): void;
  /**
   * Sets the names in errors of the following calls: `op`, and `called` for its argument `inside`. null: the op
   * itself.
   */
  nameCaller(op: string | null, inside?: string, called?: string): void;
  /**
   * Closes the capture. `gradients` are temporaries that get their own memory, `storages`. `states` is the memory
   * whose access the program reports.
   */
  endCapture(
    inputs: readonly ElementArray[],
    outputs: readonly ElementArray[],
    gradients: readonly ElementArray[],
    storages: readonly ElementArray[],
    states: readonly ElementArray[],
  ): NativeProgram;
  abortCapture(): void;
}

export interface NativeAddon extends NativeCapture {
  /** The functions of each op, by name. */
  readonly ops: Readonly<Record<string, NativeKernels | NativeKernelPairs>>;
  definitions(): NativeOpDefinition[];
  /** Requests huge pages for 1 MB or more of untouched memory; returns the bytes from its start to a cache line. */
  readonly prepareMemory: (memory: Uint8Array) => number;
  info(): NativeInfo;
  /** The best rate of multiply-adds on one core within `milliseconds`, in 1e9 float32 operations per second. */
  measurePeak(milliseconds: number): number;
  /** Sets the error classes that calls throw: those of the context that loaded the library. */
  setErrors(
    error: ErrorConstructor,
    type: TypeErrorConstructor,
    range: RangeErrorConstructor,
  ): void;
  getNumThreads(): number;
  setNumThreads(n: number): void;
  setWinograd(enabled: boolean): void;
}
