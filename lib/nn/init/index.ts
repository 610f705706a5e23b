/**
 * Starting values for parameters (torch.nn.init). Each function fills a floating tensor in place, without recording, and
 * returns it. Those that need fans take weights (out, in, ...) of two dimensions or more; RangeError for others.
 *
 * @module
 */
export {
  kaimingNormal_,
  kaimingUniform_,
  xavierNormal_,
  xavierUniform_,
  type KaimingOptions,
} from './fans';
export { constant_, eye_, normal_, ones_, truncNormal_, uniform_, zeros_ } from './fill';
export { calculateGain, type Nonlinearity } from './gain';
export { orthogonal_ } from './orthogonal';
