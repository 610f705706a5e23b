/** Packages that only some functions need: loaded at their first call. */
import { createRequire } from 'node:module';
import { messageOf } from './errors';

const load = createRequire(__filename);

/** The package, or an error that says for what it is needed and how to install it. */
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
