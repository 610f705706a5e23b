/** What the native addon exports. It does not grow with the ops: each is described by its definition. */

/** The typed arrays that elements of some dtype lie in; Uint16Array holds the bits of halves. */
export type ElementArray =
  Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array | Uint8Array;

/**
 * Runs one op: first its operands (null where an optional one is not given), then its attributes in order, then, for
 * elementwise ops, the layout: a count when every operand is contiguous (an operand of one element stands for all), or
 * sizes followed by each operand's strides.
 *
 * One argument more, of any value, says that the memory of the result is not new, so that large results do not bypass the
 * caches.
 *
 * Throws TypeError or RangeError, `<op>: expected <what> for <name>, got <actual>`.
 */
export type NativeOp = (...args: (ElementArray | number | boolean | null)[]) => void;

/** The functions of one op by dtype: `ops.add.float32`. */
export type NativeKernels = Readonly<Record<string, NativeOp>>;

/** The functions of an op on two dtypes: `ops.to.float32.int32`, `ops.gather.float32.int32`. */
export type NativeKernelPairs = Readonly<Record<string, NativeKernels>>;

/** The native definition of an op. */
export interface NativeOpDefinition {
  readonly name: string;
  readonly operands: readonly {
    readonly name: string;
    readonly access: 'read' | 'write' | 'update';
    /** `first`, `second`: the dtypes by which the function is chosen; else the name of a dtype. */
    readonly dtype: string;
    readonly optional: boolean;
  }[];
  readonly attrs: readonly { readonly name: string; readonly kind: 'size' | 'flag' | 'real' }[];
  /** The dtypes it has a function for: one each, or two where an operand has the `second`. */
  readonly kernels: readonly (readonly string[])[];
  readonly elementwise: boolean;
}

export interface NativeInfo {
  /** The BLAS that multiplies matrices: OpenBLAS. */
  readonly blas: string;
  /** Its version. */
  readonly blasVersion: string;
  /** The kind of CPU whose kernels OpenBLAS uses. */
  readonly coreType: string;
  /** The instructions of the other kernels, as Highway names them: AVX3 is AVX-512. */
  readonly simdTarget: string;
  /** Name of the CPU. */
  readonly cpu: string;
  /** How many CPUs this process may use. */
  readonly cpus: number;
  /** CPUs that the cgroup's quota grants, perhaps not whole; null without one. */
  readonly quota: number | null;
  /** Threads in use. */
  readonly threads: number;
  /** Version of Node-API that the addon is built for. */
  readonly napiVersion: number;
  /** Settings of this process that make it slow, in words. */
  readonly warnings: readonly string[];
}

/** One operand of a recorded call, and where it lies. */
export interface RecordedOperand {
  readonly kind: 'absent' | 'external' | 'input' | 'unused' | 'temporary' | 'constant' | 'kept';
  /** Of its kind, in order of appearance. */
  readonly number: number;
  /** Bytes into what it is part of. */
  readonly offset: number;
  /** Bytes into the arena, for temporaries. */
  readonly arena?: number;
  readonly name: string;
  readonly read: boolean;
  readonly written: boolean;
  readonly dtype: string;
  /** Bytes the call touches. */
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

/** The first thing in which a new recording of a function differs from its program. */
export interface RecordedDifference {
  /**
   * `op`: `then` and `now` are the names of ops, empty for none; `attr`, `constant`: the number `name` of the call, an
   * attribute or an operand that JavaScript wrote; `operand`: another tensor; `size`: other sizes or dtypes; `result`: what
   * fn returns or leaves, `name` says which.
   */
  readonly kind: 'op' | 'attr' | 'constant' | 'operand' | 'size' | 'result';
  /** The number of the call. */
  readonly call: number;
  readonly op: string;
  /** The function that called the op, or empty. */
  readonly caller: string;
  readonly name: string;
  readonly then: string;
  readonly now: string;
  readonly numberThen: number;
  readonly numberNow: number;
  /** Of a constant: the first element that differs, and how many there are. */
  readonly element: number;
  readonly elements: number;
  readonly dtype: string;
}

/** A captured program. Arrays are those of the inputs and then of the outputs. */
export interface NativeProgram {
  /** For each of the states named at the end of the capture: 2 if a call writes to it, 1 if calls read it, else 0. */
  readonly access: readonly number[];
  /** Runs one step on this thread. */
  run(...arrays: ElementArray[]): void;
  /**
   * Runs steps on this thread; each array holds a row for each step. After step i, row i of each table is written to the
   * target of the same place. Returns how many steps were finished: not all if they take longer than 100 ms.
   */
  runSteps(
    steps: number,
    arrays: readonly ElementArray[],
    targets: readonly Float64Array[],
    tables: readonly Float64Array[],
  ): number;
  /** The same on the library's own thread, in shared memory; then calls back on this thread. */
  start(
    steps: number,
    arrays: readonly ElementArray[],
    targets: readonly Float64Array[],
    tables: readonly Float64Array[],
    callback: (error: RangeError | null, steps: number) => void,
  ): void;
  /** Ends the asynchronous run after the step it is at. */
  stop(): void;
  /** Steps that the asynchronous run has finished. */
  progress(): number;
  /** Compares the open capture with the program; the arrays are those that `endCapture` takes. Null if they are the same. */
  compare(
    inputs: readonly ElementArray[],
    outputs: readonly ElementArray[],
    kept: readonly ElementArray[],
  ): RecordedDifference | null;
  /** Null once it is disposed of. */
  describe(): ProgramDescription | null;
  /** Frees its memory; an error while an asynchronous run uses it. */
  dispose(): void;
}

/** Recording calls of ops: while a capture is open, every call runs and is recorded. */
export interface NativeCapture {
  beginCapture(): void;
  /** Makes shared memory a temporary, which the program will lay out anew. */
  addTemporary(memory: ElementArray): void;
  /**
   * Errors of the calls that follow name `op`, and `called` for their argument `inside`; null: the op itself.
   */
  nameCaller(op: string | null, inside?: string, called?: string): void;
  /**
   * Closes the capture. `kept` are temporaries that get memory of their own, `storages`; `states` are memory to tell
   * the access of.
   */
  endCapture(
    inputs: readonly ElementArray[],
    outputs: readonly ElementArray[],
    kept: readonly ElementArray[],
    storages: readonly ElementArray[],
    states: readonly ElementArray[],
  ): NativeProgram;
  abortCapture(): void;
}

export interface NativeAddon extends NativeCapture {
  /** The functions of each op, by name. */
  readonly ops: Readonly<Record<string, NativeKernels | NativeKernelPairs>>;
  definitions(): NativeOpDefinition[];
  /** Asks for huge pages where memory of 1 MB or more was not touched yet; bytes from its begin to a cache line. */
  readonly prepareMemory: (memory: Uint8Array) => number;
  info(): NativeInfo;
  /** 1e9 float32 operations a second of one core's multiply-adds: the best of what runs in that time. */
  measurePeak(milliseconds: number): number;
  /** The classes of the errors that calls throw: those of the context that loaded the library. */
  setErrors(
    error: ErrorConstructor,
    type: TypeErrorConstructor,
    range: RangeErrorConstructor,
  ): void;
  getNumThreads(): number;
  setNumThreads(n: number): void;
}
