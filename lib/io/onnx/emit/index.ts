/** What the operations that a trace hears of are in ONNX; null for those that it has no operator for. */
import type { Emit } from '../builder';
import { activations } from './activations';
import { binary, unary } from './elementwise';
import { reductions } from './reductions';
import { shapes } from './shapes';

export const emitters: ReadonlyMap<string, Emit | null> = new Map<string, Emit | null>([
  ...Object.entries(unary),
  ...Object.entries(binary),
  ...Object.entries(activations),
  ...Object.entries(shapes),
  ...Object.entries(reductions),
  ['nllLoss', null], // a loss is no part of an inference graph
]);
