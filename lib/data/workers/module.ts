/** Creates datasets from a user's module, in any thread. */
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unexpected, wrongType } from '../../core/errors';
import { isError, isUrl } from '../../core/realms';
import { requireDataset, type Dataset } from '../datasets/dataset';
import type { DatasetModule } from './protocol';

/** Creates the dataset of a module from its default export: a dataset, a class, or a function that returns one. */
export async function datasetOf({ href, args }: DatasetModule): Promise<Dataset<unknown, unknown>> {
  const module = await moduleOf(href);
  const dataset: unknown = await instanceOf(href, defaultOf(module), args);
  return requireDataset(
    'WorkerDataset',
    dataset as Dataset<unknown, unknown>,
    `the default export of ${href}`,
  );
}

/** The exports of a module. */
export interface DefaultExport {
  readonly default?: unknown;
}

const requireModule = createRequire(__filename);

/**
 * Loads a module with import, or with require if import does not know the file extension: in a worker thread,
 * TypeScript loaders such as tsx only hook require.
 */
export async function moduleOf(href: string): Promise<DefaultExport> {
  try {
    return (await import(href)) as DefaultExport;
  } catch (error) {
    const code = isError(error) && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    try {
      return requireModule(fileURLToPath(href)) as DefaultExport;
    } catch (other) {
      throw isError(other) && other.name === 'SyntaxError' ? error : other; // no loader knows the language
    }
  }
}

/** The default export, also of a CommonJS module that was compiled from an ES module. */
export function defaultOf(module: DefaultExport): unknown {
  const exported = module.default;
  const compiled = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  return compiled ? (exported as DefaultExport).default : exported;
}

function instanceOf(href: string, exported: unknown, args: readonly unknown[]): unknown {
  if (typeof exported === 'function') {
    const isClass = /^class\b/.test(Function.prototype.toString.call(exported));
    return isClass
      ? Reflect.construct(exported, args)
      : (exported as (...args: readonly unknown[]) => unknown)(...args);
  }
  if (exported !== undefined) return exported;
  throw new TypeError(
    `WorkerDataset: ${href} has no default export; export a dataset, a class, or a function that returns a dataset`,
  );
}

/** The file URL of a module that a user names. */
export function hrefOf(op: string, module: unknown, name = 'module'): string {
  if (isUrl(module)) {
    if (module.protocol === 'file:') return module.href;
    throw unexpected(op, 'a file URL', name, module.href);
  }
  if (typeof module !== 'string') {
    throw wrongType(op, 'a file URL or an absolute path', name, module);
  }
  if (module.startsWith('file:')) return module;
  if (isAbsolute(module)) return pathToFileURL(module).href;
  throw unexpected(op, 'a file URL or an absolute path', name, `'${module}'`);
}
