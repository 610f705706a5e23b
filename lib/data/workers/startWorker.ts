/** Starts worker threads. */
import { Worker } from 'node:worker_threads';
import { isError } from '../../core/realms';

/**
 * Starts a worker with Node's options of this process. Workers inherit them all, including those of `node --eval`; with
 * a module loader such as tsx, a worker refuses --input-type. Explicit options must not contain those of V8 and of the
 * process, such as --expose-gc; then the worker inherits them.
 */
export function startWorker(entry: string, workerData: unknown): Worker {
  try {
    return new Worker(entry, { workerData, ...optionsOfNode() });
  } catch (error) {
    const code = isError(error) && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return new Worker(entry, { workerData });
  }
}

function optionsOfNode(): { execArgv?: string[] } {
  const options = process.execArgv;
  if (!options.some((option) => option.startsWith('--input-type'))) return {};
  const takesProgram = (option: string | undefined): boolean =>
    /^(-e|-p|-pe|--eval|--print)$/.test(option ?? '');
  const ofProgram = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
  return {
    execArgv: options.filter(
      (option, i) => !ofProgram.test(option) && !takesProgram(options[i - 1]),
    ),
  };
}
