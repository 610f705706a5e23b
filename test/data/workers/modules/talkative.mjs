// A dataset of numbers whose module posts messages of its own to the loader's thread.
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
