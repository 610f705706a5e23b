/** Quotients rounded down, and functions of bits, as ONNX nodes. */
import { isFloating } from '../../../core/dtype';
import type { OperatorName } from '../../../ops/elementwise/binary';
import { Unsupported, type Emit, type Emitters, type GraphBuilder, type Ref } from '../builder';
import { Numbers } from './elementwise';

/** Where a remainder is other than 0 and has not the sign of the divisor: there the quotient was not rounded down. */
function isAbove(remainder: string, b: string, n: Numbers, graph: GraphBuilder): string {
  const differs = graph.node('Xor', [n.node('Less', remainder, 0), n.node('Less', b, 0)]);
  return graph.node('And', [graph.node('Not', [n.node('Equal', remainder, 0)]), differs]);
}

/** ONNX divides whole numbers towards 0. */
function wholeQuotient(a: Ref, b: Ref, graph: GraphBuilder): string {
  const n = new Numbers(graph, a);
  const quotient = n.div(a.name, b.name);
  const remainder = n.sub(a.name, n.mul(quotient, b.name));
  const above = isAbove(remainder, b.name, n, graph);
  return n.sub(quotient, graph.cast(above, a.dtype));
}

/** The steps of Python's //, as in native/ops/elementwise/binary.cc. */
function floatingQuotient(a: Ref, b: Ref, graph: GraphBuilder): string {
  const n = new Numbers(graph, a);
  const remainder = graph.node('Mod', [a.name, b.name], { fmod: 1n });
  const exact = n.div(n.sub(a.name, remainder), b.name);
  const quotient = n.where(isAbove(remainder, b.name, n, graph), n.sub(exact, 1), exact);
  const floor = n.node('Floor', quotient);
  const isOff = n.node('Greater', n.sub(quotient, floor), 0.5);
  const nearest = n.where(isOff, n.add(floor, 1), floor);
  const ratio = n.div(a.name, b.name);
  const signed = n.where(n.node('Equal', quotient, 0), n.mul(ratio, 0), nearest);
  return n.where(n.node('Equal', b.name, 0), ratio, signed);
}

/** ONNX has functions of the bits of whole numbers since opset 18. */
const bitwise =
  (ofBool: string, ofWhole: string): Emit =>
  ({ inputs: [a, b] }, graph) => {
    if (a.dtype === 'bool') return graph.node(ofBool, [a.name, b.name]);
    graph.requireOpset(18);
    return graph.node(ofWhole, [a.name, b.name]);
  };

/** By 8 places and more, which ONNX does not define, the result is 0. */
const shift =
  (direction: string): Emit =>
  ({ inputs: [a, b] }, graph) => {
    if (a.dtype !== 'uint8') {
      throw new Unsupported(`of ${a.dtype}, because ONNX shifts the bits of unsigned numbers only`);
    }
    const n = new Numbers(graph, a);
    const fits = graph.node('Less', [graph.cast(b.name, 'int32'), graph.scalar(8, 'int32')]);
    const shifted = graph.node('BitShift', [a.name, n.where(fits, b.name, 0)], { direction });
    return n.where(fits, shifted, 0);
  };

type Whole = Extract<OperatorName, 'floorDivide' | `bitwise${string}`>;

export const whole: Emitters<Whole> = {
  floorDivide: ({ inputs: [a, b] }, graph) => {
    if (!isFloating(a.dtype)) return wholeQuotient(a, b, graph);
    if (a.dtype === b.dtype) return floatingQuotient(a, b, graph);
    // Of halves and a number, which stays a float32.
    const wide = { ...a, name: graph.as(a, b.dtype), dtype: b.dtype };
    return graph.cast(floatingQuotient(wide, b, graph), a.dtype);
  },
  bitwiseAnd: bitwise('And', 'BitwiseAnd'),
  bitwiseOr: bitwise('Or', 'BitwiseOr'),
  bitwiseXor: bitwise('Xor', 'BitwiseXor'),
  bitwiseLeftShift: shift('LEFT'),
  bitwiseRightShift: shift('RIGHT'),
};
