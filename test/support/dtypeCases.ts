/** PyTorch's results for each dtype, from `test/golden/dtypes.jsonl`, and their comparison. */
import { grad, tensor, type Tensor } from 'blasgrad';
import { readGolden } from './golden';
import { callGolden, numberOr, type GoldenCall } from './goldenCalls';

export interface ExactTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** What JSON has no number for is a string: 'NaN', 'Infinity', '12n'. */
  readonly data: readonly (number | boolean | string)[];
}

export interface DTypeCase extends GoldenCall {
  /** Dtype, family, call and a number: 'uint8/order/Tensor.sort/1'. */
  readonly id: string;
  readonly inputs: readonly ExactTensor[];
  readonly outputs: readonly ExactTensor[];
  /** Gradients of the floating outputs, and those of the inputs that they give. */
  readonly cotangents?: readonly ExactTensor[];
  readonly grads?: readonly (ExactTensor | null)[];
  /** How many units in the last place results and gradients may differ; 0 if missing. */
  readonly ulps?: number;
  readonly gradUlps?: number;
  /** Whether a unit is that of the largest number of the tensor. */
  readonly scaled?: true;
}

export const dtypeCases = readGolden<DTypeCase>('dtypes');

type Element = number | bigint | boolean;

const make = tensor as unknown as (data: readonly unknown[], options: object) => Tensor;

export function exactTensor({ shape, dtype, data }: ExactTensor): Tensor {
  return make(data.map(numberOr), { dtype }).reshape(shape);
}

/** The elements in order. */
export function elementsOf(x: Tensor): Element[] {
  const nested: unknown = x.detach().toArray();
  return (Array.isArray(nested) ? nested.flat(Infinity) : [nested]) as Element[];
}

/** Bits of the significand after its point, and the exponent of the smallest normal number. */
const formats: Readonly<Record<string, readonly [bits: number, least: number]>> = {
  float16: [10, -14],
  bfloat16: [7, -126],
  float32: [23, -126],
  float64: [52, -1022],
};

/** The distance of neighbouring numbers at a value. */
function unitAt(value: number, dtype: string): number {
  const [bits, least] = formats[dtype];
  const [word] = new BigUint64Array(Float64Array.of(Math.abs(value)).buffer);
  return 2 ** (Math.max(Number(word >> 52n) - 1023, least) - bits);
}

interface Allowed {
  readonly ulps?: number;
  readonly scaled?: boolean;
}

/** Throws unless the tensor has the dtype, the shape and, within the tolerance, the values. */
export function requireExact(
  actual: Tensor,
  golden: ExactTensor,
  what: string,
  { ulps = 0, scaled = false }: Allowed = {},
): void {
  const { shape, dtype } = golden;
  if ((actual.dtype as string) !== dtype || actual.shape.join() !== shape.join()) {
    const [wanted, got] = [golden, actual].map((one) => `${one.dtype} [${one.shape.join()}]`);
    throw new Error(`${what}: expected ${wanted}, got ${got}`);
  }
  const found = elementsOf(actual);
  const wanted = golden.data.map(numberOr) as Element[];
  const values = wanted.map((one) => (dtype === 'float32' ? Math.fround(Number(one)) : one));
  const sizes = values.map((one) => Math.abs(Number(one))).filter(Number.isFinite);
  const largest = Math.max(0, ...sizes);
  values.forEach((value, i) => {
    if (same(found[i], value)) return;
    const [a, b] = [Number(found[i]), Number(value)];
    if (ulps > 0 && a === b) return; // zeros of either sign
    const unit = ulps > 0 && Number.isFinite(b) ? unitAt(scaled ? largest : b, dtype) : 0;
    if (Math.abs(a - b) <= ulps * unit) return;
    const off = unit > 0 ? `, ${Math.abs(a - b) / unit} units off, ${ulps} allowed` : '';
    throw new Error(
      `${what}: expected ${show(value)}, got ${show(found[i])} at element ${i}${off}`,
    );
  });
}

/** Whether two elements are the same: a bigint and a number may be. */
function same(a: Element, b: Element): boolean {
  if (typeof a === 'bigint' || typeof b === 'bigint') return a == b; // eslint-disable-line eqeqeq
  return Object.is(a, b);
}

const show = (value: Element): string => (Object.is(value, -0) ? '-0' : String(value));

export interface Evaluated {
  readonly outputs: readonly Tensor[];
  /** Of the inputs with a golden gradient, in order. */
  readonly gradients: readonly (Tensor | null)[];
}

/** Runs the call of a case, and its backward with these gradients of its floating outputs. */
export function evaluate(
  line: DTypeCase,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
): Evaluated {
  const wanted = (i: number): boolean => Boolean(line.grads?.[i]);
  const leaves = inputs.map((one, i) => (wanted(i) ? one.detach().requiresGrad_() : one));
  const outputs = callGolden(line, leaves);
  if (cotangents.length === 0) return { outputs, gradients: [] };
  const floating = outputs.filter((_, i) => line.outputs[i].dtype in formats);
  const gradients = grad(
    floating,
    leaves.filter((_, i) => wanted(i)),
    { gradOutputs: [...cotangents], allowUnused: true },
  );
  return { outputs, gradients };
}
