/** The functions of io that have a synchronous and an asynchronous form. */
import { io } from 'blasgrad';

type Name =
  'saveSafetensors' | 'loadSafetensors' | 'readSafetensorsHeader' | 'saveText' | 'loadText';

/** Functions of one form; they all return promises. */
type Files = Pick<typeof io, Name>;

/** What is thrown becomes a rejection. */
function asPromise<Args extends unknown[], Result>(
  call: (...args: Args) => Result,
): (...args: Args) => Promise<Result> {
  return async (...args) => Promise.resolve(call(...args));
}

const synchronous: Files = {
  saveSafetensors: asPromise(io.saveSafetensorsSync),
  loadSafetensors: asPromise(io.loadSafetensorsSync),
  readSafetensorsHeader: asPromise(io.readSafetensorsHeaderSync),
  saveText: asPromise(io.saveTextSync),
  loadText: asPromise(io.loadTextSync),
};

/** The ending of the names in a form, and the functions by their names without that ending. */
export const forms: readonly (readonly [label: string, ending: string, files: Files])[] = [
  ['synchronous', 'Sync', synchronous],
  ['asynchronous', '', io],
];
