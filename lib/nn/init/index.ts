/**
 * Initial values for parameters (torch.nn.init). Each function fills a floating tensor in place, without recording, and
 * returns it. Functions that use fans require weights (out, in, ...) of at least two dimensions; RangeError otherwise.
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
