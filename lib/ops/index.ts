/** All families: importing this gives tensors their methods. */
import './unary';
import './activation';
import './binary';
import './copy';
import './view';
import './gather';
import './join';
import './sort';
import './reduce';
import './extreme';
import './scan';
import './softmax';
import './statistics';
import './matmul';
import './random';
import './creation';
