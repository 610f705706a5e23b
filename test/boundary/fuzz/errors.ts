/** Checks the errors that calls throw. */
import { isOwn } from './junk';

/** `<function>: <what is wrong>`, as no error of V8 begins. */
const usual = /^[\w.$ ]+(?:\(\))?: \S.+/s;

export interface Circumstances {
  /** `this` was not an object of the class: the engine itself may say so. */
  readonly borrowed?: boolean;
}

/** The problem with an error, or null if callers may get it. */
export function problemOf(error: unknown, { borrowed = false }: Circumstances = {}): string | null {
  if (isOwn(error)) return null; // what an argument threw came through
  if (!(error instanceof Error)) return `no Error: ${typeof error}`;
  const { message, name } = error;
  if (usual.test(message)) return null;
  if ('syscall' in error) return null; // from a file
  if (error.name === 'AbortError' || /aborted/.test(message)) return null; // by a signal given
  if (/has been revoked|'?.*'? on proxy: trap/.test(message)) return null; // by the engine, of a proxy given
  if (/private member #\w+/.test(message)) return null; // by the engine, of an object that only says to be of a class
  if (/^Class constructors? .*cannot be invoked without 'new'/.test(message)) return null; // a class as callback
  if (borrowed && /^(TypeError|RangeError|DataCloneError)$/.test(name)) return null;
  return `${name}: ${message}`;
}
