/** All families: importing this gives tensors their methods. */
import './unary';
import './activation';
import './binary';
import './copy';
import './view';
import './gather';
import './sort';
import './mask';
import './diagonal';
import './reduce';
import './extreme';
import './scan';
import './softmax';
import './statistics';
import './matmul';
import './random';
import './creation';

export { einsum } from './einsum';
export { slice, type Index, type Slice } from './indexing';
export { cat, meshgrid, stack } from './join';
export { type Ordered } from './sort';
