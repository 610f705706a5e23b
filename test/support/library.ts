import * as activation from '../../dist/ops/activation';
import { linear } from '../../dist/ops/matmul';

export { where } from '../../dist/ops/binary';
export { addmm } from '../../dist/ops/matmul';
export const F = { ...activation, linear };
