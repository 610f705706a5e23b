export * from 'blasgrad';
export * as F from '../../dist/ops/activation';
export { where } from '../../dist/ops/binary';
export { addmm, linear } from '../../dist/ops/matmul';
