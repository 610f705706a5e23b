export * from './ops';
export { cat, meshgrid, stack } from './ops/join';
export { Tensor, grad } from './tensor';
