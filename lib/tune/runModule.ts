/** Loads the function `run` of a user's module, in any thread. */
import { defaultOf, moduleOf, type DefaultExport } from '../data/workers/module';
import type { Run } from './trial';

/** The default export of a module, or the export `run`. */
export async function runOf(href: string): Promise<Run> {
  const module = (await moduleOf(href)) as DefaultExport & { readonly run?: unknown };
  const named = [defaultOf(module), module.run, (module.default as typeof module | undefined)?.run];
  const run = named.find((one) => typeof one === 'function');
  if (run !== undefined) return run as Run;
  throw new TypeError(
    `tune.search: ${href} exports no function; export run as default: export default async (parameters, trial) => ...`,
  );
}
