/** Unary and binary ops as ONNX nodes. */
import type { OperatorName } from '../../../ops/elementwise/binary';
import type { PredicateMethods } from '../../../ops/elementwise/predicate';
import type { UnaryOpName } from '../../../ops/elementwise/unary';
import { isFloating } from '../../../core/dtype';
import {
  fixed,
  Unsupported,
  type Emit,
  type Emitters,
  type GraphBuilder,
  type Ref,
} from '../builder';
import type { Size } from '../size';

/** Translations to a single node with the dtypes of the op. */
export const oneNode = new WeakSet<object>();

/** Translates an op to one node with the same inputs. */
export const node = (opType: string): Emit => {
  const emit: Emit = ({ inputs }, graph) =>
    graph.node(
      opType,
      inputs.map(({ name }) => name),
    );
  oneNode.add(emit);
  return emit;
};

/** Adds nodes of one input and constants of its dtype; `Attrs` are the op's attributes in order. */
type Compose<Attrs> = (x: string, n: Numbers, attrs: Attrs) => string;

/** Attributes that do not depend on the batch size. */
type Fixed<Attrs> = { readonly [I in keyof Attrs]: number };

/** Adds nodes of one dtype. */
export class Numbers {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly like: Ref,
  ) {}

  get isDouble(): boolean {
    return this.like.dtype === 'float64';
  }

  of(value: number): string {
    return this.graph.scalar(value, this.like.dtype);
  }

  node(opType: string, ...inputs: (string | number)[]): string {
    return this.graph.node(
      opType,
      inputs.map((input) => (typeof input === 'number' ? this.of(input) : input)),
    );
  }

  /** Adds a node with float attributes. */
  with(opType: string, x: string, attrs: Readonly<Record<string, number>>): string {
    return this.graph.node(opType, [x], attrs);
  }

  add = (a: string | number, b: string | number): string => this.node('Add', a, b);
  sub = (a: string | number, b: string | number): string => this.node('Sub', a, b);
  mul = (a: string | number, b: string | number): string => this.node('Mul', a, b);
  div = (a: string | number, b: string | number): string => this.node('Div', a, b);

  where(condition: string, a: string | number, b: string | number): string {
    return this.node('Where', condition, a, b);
  }

  /** Adds a node in float32, because onnxruntime lacks it for float64. */
  inSingle(opType: string, x: string): string {
    if (!this.isDouble) return this.node(opType, x);
    return this.graph.cast(this.graph.node(opType, [this.graph.cast(x, 'float32')]), 'float64');
  }
}

/** Translates a unary op to several nodes. */
export const composed =
  <Attrs extends readonly Size[]>(compose: Compose<Fixed<Attrs>>): Emit<Attrs> =>
  ({ inputs: [x], attrs }, graph) => {
    const numbers = attrs.map((attr) => fixed(attr, 'a number'));
    return compose(x.name, new Numbers(graph, x), numbers as readonly number[] as Fixed<Attrs>);
  };

/** Translates a unary op to one node in float32, and to several in float64, for which onnxruntime lacks the kernel. */
export const single = <Attrs extends readonly Size[]>(
  opType: string,
  compose: Compose<Fixed<Attrs>>,
): Emit<Attrs> =>
  composed<Attrs>((x, n, attrs) => (n.isDouble ? compose(x, n, attrs) : n.node(opType, x)));

const half = (x: string, n: Numbers, opType: 'Add' | 'Sub'): string =>
  n.mul(n.node(opType, n.node('Exp', x), n.node('Exp', n.node('Neg', x))), 0.5);

export const unary: Emitters<UnaryOpName | 'clamp' | 'powScalar'> = {
  abs: node('Abs'),
  neg: node('Neg'),
  sign: node('Sign'),
  ceil: node('Ceil'),
  floor: node('Floor'),
  round: node('Round'),
  trunc: composed((x, n) => n.mul(n.node('Sign', x), n.node('Floor', n.node('Abs', x)))),
  square: composed((x, n) => n.mul(x, x)),
  sqrt: node('Sqrt'),
  rsqrt: composed((x, n) => n.node('Reciprocal', n.node('Sqrt', x))),
  reciprocal: node('Reciprocal'),
  exp: node('Exp'),
  expm1: composed((x, n) => n.sub(n.node('Exp', x), 1)),
  log: node('Log'),
  log1p: composed((x, n) => n.node('Log', n.add(x, 1))),
  log2: composed((x, n) => n.mul(n.node('Log', x), Math.LOG2E)),
  log10: composed((x, n) => n.mul(n.node('Log', x), Math.LOG10E)),
  sin: node('Sin'),
  cos: node('Cos'),
  tan: single('Tan', (x, n) => n.div(n.node('Sin', x), n.node('Cos', x))),
  asin: composed((x, n) => n.inSingle('Asin', x)),
  acos: composed((x, n) => n.inSingle('Acos', x)),
  atan: composed((x, n) => n.inSingle('Atan', x)),
  sinh: single('Sinh', (x, n) => half(x, n, 'Sub')),
  cosh: single('Cosh', (x, n) => half(x, n, 'Add')),
  tanh: node('Tanh'),
  sigmoid: node('Sigmoid'),
  erf: composed((x, n) => n.inSingle('Erf', x)),
  // ONNX has no Erfc. 1 - erf(x) loses accuracy for large x; in float32 it is 0 for x >= 4.
  erfc: composed((x, n) => n.sub(1, n.inSingle('Erf', x))),
  clamp: composed((x, n, [min, max]) =>
    n.node('Clip', x, min === -Infinity ? '' : min, max === Infinity ? '' : max),
  ),
  powScalar: composed((x, n, [exponent]) => n.node('Pow', x, exponent)),
};

/** Converts bool inputs to int32, because ONNX does not compare bool. */
const ofNumbers =
  (opType: string): Emit =>
  ({ inputs }, graph) =>
    graph.node(
      opType,
      inputs.map((input) =>
        input.dtype === 'bool' ? graph.cast(input.name, 'int32') : input.name,
      ),
    );

const ofBool =
  (opType: string): Emit =>
  ({ inputs }, graph) =>
    graph.node(
      opType,
      inputs.map((input) => graph.as(input, 'bool')),
    );

/** float16 or bfloat16 and a number, which stays float32. */
const withNumber =
  (opType: string): Emit =>
  ({ inputs: [a, b] }, graph) => {
    if (a.dtype === b.dtype) return graph.node(opType, [a.name, b.name]);
    return graph.cast(graph.node(opType, [graph.as(a, b.dtype), b.name]), a.dtype);
  };

type Binary = Exclude<OperatorName, 'floorDivide' | `bitwise${string}`>;

export const binary: Emitters<Binary | keyof PredicateMethods | 'where' | 'clampBetween'> = {
  add: node('Add'),
  sub: node('Sub'),
  mul: withNumber('Mul'),
  div: withNumber('Div'),
  pow: ({ inputs: [a, b] }, graph) => {
    if (a.dtype === 'uint8') throw new Unsupported('ONNX has no Pow of uint8');
    return graph.node('Pow', [a.name, b.name]);
  },
  atan2: null, // no ONNX operator
  fmod: ({ inputs: [a, b] }, graph) => graph.node('Mod', [a.name, b.name], { fmod: 1n }),
  remainder: ({ inputs: [a, b] }, graph) => {
    if (!isFloating(a.dtype)) return graph.node('Mod', [a.name, b.name]);
    const n = new Numbers(graph, a);
    return n.sub(a.name, n.mul(n.node('Floor', n.div(a.name, b.name)), b.name));
  },
  clampBetween: ({ inputs: [x, min, max] }, graph) =>
    graph.node('Min', [graph.node('Max', [x.name, min.name]), max.name]),
  maximum: node('Max'),
  minimum: node('Min'),
  eq: node('Equal'),
  ne: ({ inputs: [a, b] }, graph) => graph.node('Not', [graph.node('Equal', [a.name, b.name])]),
  lt: ofNumbers('Less'),
  le: ofNumbers('LessOrEqual'),
  gt: ofNumbers('Greater'),
  ge: ofNumbers('GreaterOrEqual'),
  logicalAnd: ofBool('And'),
  logicalOr: ofBool('Or'),
  logicalXor: ofBool('Xor'),
  where: ({ inputs: [a, b, mask] }, graph) => {
    if (a.dtype !== 'bool') return graph.node('Where', [mask.name, a.name, b.name]);
    const integers = [a, b].map((operand) => graph.cast(operand.name, 'int32'));
    return graph.cast(graph.node('Where', [mask.name, ...integers]), 'bool');
  },
};
