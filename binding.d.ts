/**
 * What the native addon exports. It does not grow with the ops: each row of the native registry is
 * one function of the same convention.
 */

/** Element storage of the four dtypes: float32, float64, int32, bool. */
export type ElementArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/**
 * Runs one row: first its operands (null where an optional one is not given), then its attributes
 * in order, then, for elementwise rows, the layout: a count when every operand is contiguous (an
 * operand of one element stands for all), or sizes followed by each operand's strides.
 *
 * Throws TypeError or RangeError, `<op>: expected <what> for <name>, got <actual>`.
 */
export type NativeOp = (...args: (ElementArray | number | boolean | null)[]) => void;

/** One row of the native registry. */
export interface NativeRow {
  readonly name: string;
  readonly operands: readonly {
    readonly name: string;
    readonly access: 'read' | 'write' | 'update';
    /** `typed`: the dtype the call is dispatched on. */
    readonly element: 'typed' | 'float32' | 'float64' | 'int32' | 'bool';
    readonly optional: boolean;
  }[];
  readonly attrs: readonly { readonly name: string; readonly kind: 'size' | 'flag' | 'real' }[];
  /** The dtypes of its `typed` operands. */
  readonly dtypes: readonly ('float32' | 'float64' | 'int32' | 'bool')[];
  readonly elementwise: boolean;
}

export interface NativeInfo {
  readonly blas: string;
  readonly blasVersion: string;
  readonly coreType: string;
  readonly simdTarget: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly threads: number;
  readonly napiVersion: number;
  readonly warnings: readonly string[];
}

export interface NativeAddon {
  /** One function per row, by name. */
  readonly ops: Readonly<Record<string, NativeOp>>;
  rows(): NativeRow[];
  info(): NativeInfo;
  getNumThreads(): number;
  setNumThreads(n: number): void;
}
