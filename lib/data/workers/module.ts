/** Datasets out of a user's module, in whichever thread. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { wrongType } from '../../core/errors';
import { requireDataset, type Dataset } from '../datasets/dataset';
import type { Recipe } from './protocol';

/** The dataset that a module's default export is, makes, or is a class of. */
export async function datasetOf({ href, args }: Recipe): Promise<Dataset<unknown, unknown>> {
  const module = await moduleOf(href);
  const made: unknown = await instanceOf(defaultOf(module), args);
  return requireDataset(
    'WorkerDataset',
    made as Dataset<unknown, unknown>,
    `the default of ${href}`,
  );
}

interface DefaultExport {
  readonly default?: unknown;
}

const requireModule = createRequire(__filename);

/** A module, by require if import does not know its language: TypeScript loaders hook only that in a worker thread. */
async function moduleOf(href: string): Promise<DefaultExport> {
  try {
    return (await import(href)) as DefaultExport;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    try {
      return requireModule(fileURLToPath(href)) as DefaultExport;
    } catch (other) {
      throw other instanceof SyntaxError ? error : other; // nothing here knows the language
    }
  }
}

/** The default export, also of a CommonJS module that was an ES module before it was compiled. */
function defaultOf(module: DefaultExport): unknown {
  const given = module.default;
  const compiled = typeof given === 'object' && given !== null && '__esModule' in given;
  return compiled ? (given as DefaultExport).default : given;
}

function instanceOf(made: unknown, args: readonly unknown[]): unknown {
  if (typeof made === 'function') {
    const isClass = /^class\b/.test(Function.prototype.toString.call(made));
    return isClass
      ? Reflect.construct(made, args)
      : (made as (...args: readonly unknown[]) => unknown)(...args);
  }
  if (made !== undefined) return made;
  throw wrongType('WorkerDataset', 'a dataset, a class or a function', 'default', made);
}
