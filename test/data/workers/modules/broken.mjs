import { isMainThread } from 'node:worker_threads';
if (!isMainThread) throw new Error('not in a worker');
export default { length: 2, get: (i) => i };
