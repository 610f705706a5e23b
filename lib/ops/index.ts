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
import './matmul';
import './random';
import './creation';
