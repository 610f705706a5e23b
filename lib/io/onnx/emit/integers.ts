/** floorDivide and bitwise ops as ONNX nodes. */
import { isFloating } from '../../../core/dtype';
import type { OperatorName } from '../../../ops/elementwise/binary';
import { Unsupported, type Emit, type Emitters, type GraphBuilder, type Ref } from '../builder';
import { Numbers } from './elementwise';

/** Where the remainder is not 0 and differs in sign from the divisor: there the quotient was not rounded down. */
function isAbove(remainder: string, b: string, n: Numbers, graph: GraphBuilder): string {
  const differs = graph.node('Xor', [n.node('Less', remainder, 0), n.node('Less', b, 0)]);
  return graph.node('And', [graph.node('Not', [n.node('Equal', remainder, 0)]), differs]);
}

/** floorDivide of integers; Div of ONNX rounds towards 0. */
function integerQuotient(a: Ref, b: Ref, graph: GraphBuilder): string {
  const n = new Numbers(graph, a);
  const quotient = n.div(a.name, b.name);
  const remainder = n.sub(a.name, n.mul(quotient, b.name));
  const above = isAbove(remainder, b.name, n, graph);
  return n.sub(quotient, graph.cast(above, a.dtype));
}

/** floorDivide of floats: the steps of Python's //, as in native/ops/elementwise/binary.cc. */
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

/** ONNX has bitwise operators of integers since opset 18. */
const bitwise =
  (ofBool: string, ofInteger: string): Emit =>
  ({ inputs: [a, b] }, graph) => {
    if (a.dtype === 'bool') return graph.node(ofBool, [a.name, b.name]);
    graph.requireOpset(18);
    return graph.node(ofInteger, [a.name, b.name]);
  };

/** Shifts by 8 bits and more, which ONNX does not define, give 0. */
const shift =
  (direction: string): Emit =>
  ({ inputs: [a, b] }, graph) => {
    if (a.dtype !== 'uint8') {
      throw new Unsupported(`ONNX has no BitShift of ${a.dtype}`);
    }
    const n = new Numbers(graph, a);
    const fits = graph.node('Less', [graph.cast(b.name, 'int32'), graph.scalar(8, 'int32')]);
    const shifted = graph.node('BitShift', [a.name, n.where(fits, b.name, 0)], { direction });
    return n.where(fits, shifted, 0);
  };

type IntegerOp = Extract<OperatorName, 'floorDivide' | `bitwise${string}`>;

export const integers: Emitters<IntegerOp> = {
  floorDivide: ({ inputs: [a, b] }, graph) => {
    if (!isFloating(a.dtype)) return integerQuotient(a, b, graph);
    if (a.dtype === b.dtype) return floatingQuotient(a, b, graph);
    // float16 or bfloat16 and a number, which stays float32.
    const wide = { ...a, name: graph.as(a, b.dtype), dtype: b.dtype };
    return graph.cast(floatingQuotient(wide, b, graph), a.dtype);
  },
  bitwiseAnd: bitwise('And', 'BitwiseAnd'),
  bitwiseOr: bitwise('Or', 'BitwiseOr'),
  bitwiseXor: bitwise('Xor', 'BitwiseXor'),
  bitwiseLeftShift: shift('LEFT'),
  bitwiseRightShift: shift('RIGHT'),
};
