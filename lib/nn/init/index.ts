/**
 * Initial values of parameters (torch.nn.init). Each function fills a floating tensor in place, without
 * recording gradients, and returns it. Functions that depend on fans require at least two dimensions, (out,
 * in, ...): fanIn is the number of inputs of each output, fanOut the number of outputs of each input.
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
export { dirac_, sparse_ } from './convolution';
export { constant_, eye_, normal_, ones_, truncNormal_, uniform_, zeros_ } from './fill';
export { calculateGain, type Nonlinearity } from './gain';
export { orthogonal_ } from './orthogonal';
