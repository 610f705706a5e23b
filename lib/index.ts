export * from './ops';
export { Tensor, grad } from './tensor';
