/** Datasets out of a user's module, in whichever thread. */
import { wrongType } from '../../errors';
import { requireDataset, type Dataset } from '../dataset';
import type { Recipe } from './protocol';

/** The dataset that a module's default export is, makes, or is a class of. */
export async function datasetOf({ href, args }: Recipe): Promise<Dataset<unknown, unknown>> {
  const module = (await import(href)) as { readonly default?: unknown };
  const made: unknown = await instanceOf(defaultOf(module), args);
  return requireDataset(
    'WorkerDataset',
    made as Dataset<unknown, unknown>,
    `the default of ${href}`,
  );
}

/** The default export, also of a CommonJS module that was an ES module before it was compiled. */
function defaultOf(module: { readonly default?: unknown }): unknown {
  const given = module.default;
  const compiled = typeof given === 'object' && given !== null && '__esModule' in given;
  return compiled ? (given as { readonly default?: unknown }).default : given;
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
