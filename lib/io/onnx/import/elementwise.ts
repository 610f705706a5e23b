/** Elementwise ONNX operators. */
import { isFloating } from '../../../core/dtype';
import * as F from '../../../functional';
import { where } from '../../../ops/elementwise/select';
import { scalar } from '../../../ops/define';
import type { Tensor } from '../../../core/tensor';
import { Ints, intsOf, mapInts, tensorOf, type Datum } from './datum';
import { dtypeOf } from './elements';
import type { GraphNode, Operator, Run } from './node';
import { InvalidPart } from './tensor';

/** Runs a function of the inputs that are not omitted, as tensors. */
export const tensors =
  (fn: (...inputs: Tensor[]) => Tensor): Run =>
  (inputs) => {
    const present = inputs.filter((input) => input !== null);
    while (present.length < Math.max(fn.length, 1)) present.push(tensorOf(null));
    return fn(...present.map(tensorOf));
  };

export const unary =
  (fn: (x: Tensor) => Tensor): Operator =>
  () =>
    tensors(fn);

/** An operator that is a function of two tensors, or of integers in JavaScript. */
export const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor, ofInts?: (a: number, b: number) => number): Operator =>
  () =>
  ([a, b]) =>
    (ofInts && mapInts(a, b, ofInts)) ?? fn(tensorOf(a), tensorOf(b));

/** An operator that reduces all inputs with a function of two tensors. */
const variadic =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  () =>
    tensors((...all) => all.reduce(fn));

/** Integer division rounds towards 0. */
function divide(a: Tensor, b: Tensor): Tensor {
  if (isFloating(a.dtype) || isFloating(b.dtype)) return a.div(b);
  return a.div(b, { roundingMode: 'trunc' });
}

const modulo: Operator = (node) => {
  const fmod = node.int('fmod', 0) !== 0;
  return tensors((a, b) => (fmod ? a.fmod(b) : a.remainder(b)));
};

/** The bounds are inputs; before opset 11, attributes. */
const clip: Operator = (node) => {
  const bounds = [node.float('min', -Infinity), node.float('max', Infinity)];
  return ([x, low = null, high = null]) => {
    const input = tensorOf(x);
    const raised = low === null ? input.clamp({ min: bounds[0] }) : input.maximum(tensorOf(low));
    return high === null ? raised.clamp({ max: bounds[1] }) : raised.minimum(tensorOf(high));
  };
};

const cast: Operator = (node) => {
  const to = dtypeOf(node.int('to', 0), 'the result of Cast', node.floating);
  node.ignore('saturate', 'round_mode');
  return ([x]) => (x instanceof Ints && to === 'int64' ? x : tensorOf(x).to(to));
};

/** Casts to the dtype of the second input. */
const castLike: Operator = (node) => {
  node.ignore('saturate', 'round_mode');
  return ([x, like = null]) =>
    x instanceof Ints && like instanceof Ints ? x : tensorOf(x).to(tensorOf(like).dtype);
};

/** ONNX shifts unsigned integers only, of which the library has uint8. */
const bitShift: Operator = (node) => {
  const left = node.string('direction', '') === 'LEFT';
  return tensors((a, b) => {
    if (a.dtype !== 'uint8') {
      throw new RangeError(`OnnxModule: BitShift of ${a.dtype} is not supported; only uint8 is`);
    }
    return left ? a.bitwiseLeftShift(b) : a.bitwiseRightShift(b);
  });
};

const hardSigmoid: Operator = (node) => {
  const [alpha, beta] = [node.float('alpha', 0.2), node.float('beta', 0.5)];
  if (Math.abs(alpha - 1 / 6) < 1e-7 && beta === 0.5) return tensors((x) => F.hardsigmoid(x));
  return tensors((x) => x.mul(alpha).add(beta).clamp({ min: 0, max: 1 }));
};

const shrink: Operator = (node) => {
  const [lambd, bias] = [node.float('lambd', 0.5), node.float('bias', 0)];
  if (bias === 0) return tensors((x) => F.hardshrink(x, { lambd }));
  if (bias === lambd) return tensors((x) => F.softshrink(x, { lambd }));
  return tensors((x) =>
    where(x.lt(-lambd), x.add(bias), where(x.gt(lambd), x.sub(bias), x.mul(0))),
  );
};

/** gamma x where x is positive, gamma alpha (e^x - 1) elsewhere. */
const selu: Operator = (node) => {
  const alpha = node.float('alpha', 1.6732632423543772);
  const gamma = node.float('gamma', 1.0507009873554805);
  const usual = Math.abs(alpha - 1.6732632423543772) + Math.abs(gamma - 1.0507009873554805) < 1e-6;
  return usual ? tensors((x) => F.selu(x)) : tensors((x) => F.elu(x, { alpha }).mul(gamma));
};

/** log(1 + e^x); x above the threshold, which is the same number in float32 and float64. */
const softplus = (x: Tensor): Tensor => F.softplus(x, { threshold: 40 });

const gelu: Operator = (node) => {
  const approximate = node.string('approximate', 'none') === 'tanh' ? 'tanh' : 'none';
  return tensors((x) => F.gelu(x, { approximate }));
};

const floatOption =
  (name: string, missing: number, fn: (x: Tensor, value: number) => Tensor): Operator =>
  (node: GraphNode) => {
    const value = node.float(name, missing);
    return tensors((x) => fn(x, value));
  };

/** `weight` broadcasts to the shape of `x`. */
const prelu = (x: Tensor, weight: Tensor): Tensor => where(x.gt(0), x, x.mul(weight));

/** A tensor filled with one value; its shape is an input. */
const constantOfShape: Operator = (node) => {
  const value = node.tensor('value') ?? scalar(0, node.floating ?? 'float32');
  const element = tensorOf(value);
  if (element.numel() !== 1)
    throw new InvalidPart(`a ConstantOfShape node has ${element.numel()} values instead of one`);
  const scalarValue = element.reshape([]);
  const number = value instanceof Ints && value.exact === null ? value.values[0] : null;
  return ([sizes]) => {
    const shape = intsOf(sizes as Datum);
    if (number !== null && shape.length === 1 && shape[0] >= 0 && shape[0] <= 64) {
      return new Ints(new Array<number>(shape[0]).fill(number));
    }
    return scalarValue.expand(shape).clone();
  };
};

export const elementwise: Readonly<Record<string, Operator>> = {
  Abs: unary((x) => x.abs()),
  Neg: unary((x) => x.neg()),
  Sign: unary((x) => x.sign()),
  Ceil: unary((x) => x.ceil()),
  Floor: unary((x) => x.floor()),
  Round: unary((x) => x.round()),
  Sqrt: unary((x) => x.sqrt()),
  Reciprocal: unary((x) => x.reciprocal()),
  Exp: unary((x) => x.exp()),
  Log: unary((x) => x.log()),
  Sin: unary((x) => x.sin()),
  Cos: unary((x) => x.cos()),
  Tan: unary((x) => x.tan()),
  Asin: unary((x) => x.asin()),
  Acos: unary((x) => x.acos()),
  Atan: unary((x) => x.atan()),
  Sinh: unary((x) => x.sinh()),
  Cosh: unary((x) => x.cosh()),
  Tanh: unary((x) => x.tanh()),
  Sigmoid: unary((x) => x.sigmoid()),
  Erf: unary((x) => x.erf()),
  Relu: unary((x) => F.relu(x)),
  LeakyRelu: floatOption('alpha', 0.01, (x, negativeSlope) => F.leakyRelu(x, { negativeSlope })),
  Elu: floatOption('alpha', 1, (x, alpha) => F.elu(x, { alpha })),
  Celu: floatOption('alpha', 1, (x, alpha) => F.celu(x, { alpha })),
  Selu: selu,
  ThresholdedRelu: floatOption('alpha', 1, (x, limit) => F.threshold(x, limit, 0)),
  HardSigmoid: hardSigmoid,
  HardSwish: unary((x) => F.hardswish(x)),
  Shrink: shrink,
  Softplus: unary(softplus),
  Softsign: unary(F.softsign),
  Mish: unary((x) => F.mish(x)),
  Gelu: gelu,
  PRelu: () => tensors(prelu),
  Clip: clip,
  Add: binary(
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  Sub: binary(
    (a, b) => a.sub(b),
    (a, b) => a - b,
  ),
  Mul: binary(
    (a, b) => a.mul(b),
    (a, b) => a * b,
  ),
  Div: binary(divide, (a, b) => Math.trunc(a / b)),
  Pow: binary((a, b) => a.pow(b).to(a.dtype)),
  Mod: modulo,
  Max: variadic((a, b) => a.maximum(b)),
  Min: variadic((a, b) => a.minimum(b)),
  Sum: variadic((a, b) => a.add(b)),
  Mean: () => tensors((...all) => all.reduce((a, b) => a.add(b)).div(all.length)),
  BitwiseAnd: binary((a, b) => a.bitwiseAnd(b)),
  BitwiseOr: binary((a, b) => a.bitwiseOr(b)),
  BitwiseXor: binary((a, b) => a.bitwiseXor(b)),
  BitwiseNot: unary((x) => x.bitwiseNot()),
  BitShift: bitShift,
  Cast: cast,
  CastLike: castLike,
  ConstantOfShape: constantOfShape,
};
