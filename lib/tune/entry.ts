/** The program of a worker thread of a search. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { TaskMessage, WorkerMessage, WorkerSetup } from './protocol';
import { runOf } from './runModule';
import { plainError, runTrial, type Run } from './trial';
import { unshare, type Library as Classes } from './unshare';

/** The part of the library that a worker uses. */
interface Library extends Classes {
  manualSeed(seed: number): unknown;
  readonly backend: { setNumThreads(threads: number): void };
}

const requireFile = createRequire(__filename);
const port = parentPort;
if (port === null)
  throw new Error('blasgrad: this file is the program of a worker thread; do not run it yourself');
const { href, libraries, threads, data } = workerData as WorkerSetup;

/** The copies of the library that the module has loaded; if there are none, the one that users load. */
function loadedLibraries(): Library[] {
  const loaded = libraries.flatMap((file) => {
    const module = require.cache[file];
    return module?.loaded === true ? [module.exports as Library] : [];
  });
  return loaded.length > 0 ? loaded : [requireFile(libraries[0]) as Library];
}

function post(message: WorkerMessage): void {
  port?.postMessage(message);
}

function serve(run: Run): void {
  const copies = loadedLibraries();
  for (const { backend } of copies) backend.setNumThreads(threads);
  const shared = unshare(data, copies[0]);
  const { signal } = new AbortController(); // the search terminates this thread
  port?.on('message', ({ task }: TaskMessage) => {
    for (const library of copies) library.manualSeed(task.seed);
    void runTrial(run, task, { signal, data: shared }).then((outcome) => {
      post({ kind: 'outcome', number: task.number, outcome });
    });
  });
  post({ kind: 'ready' });
}

runOf(href)
  .then(serve)
  .catch((error: unknown) => {
    post({ kind: 'unusable', error: plainError(error) });
  });
