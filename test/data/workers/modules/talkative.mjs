// A dataset whose module posts its own messages to the thread of the loader.
import { isMainThread, parentPort } from 'node:worker_threads';

export default class {
  length = 4;

  constructor(...messages) {
    this.messages = messages;
  }

  get(i) {
    if (!isMainThread) for (const message of this.messages) parentPort.postMessage(message);
    return i;
  }
}
