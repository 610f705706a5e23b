/** Optional packages, loaded at the first call of a function that needs them. */
import { createRequire } from 'node:module';
import { messageOf } from './errors';

const load = createRequire(__filename);

/** Returns the package; throws an error with its purpose and how to install it. */
export function requirePackage(op: string, what: string, name: string): unknown {
  try {
    return load(name) as unknown;
  } catch (error) {
    const [, root = name] = /^((?:@[^/]+\/)?[^/]+)/.exec(name) ?? [];
    const [reason] = messageOf(error).split('\n');
    throw new Error(
      `${op}: ${what} need the package ${root}; run npm install ${root} (${reason})`,
      { cause: error },
    );
  }
}
