/** Programs that search as users do, for modules and worker threads. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const folder = pathToFileURL(join(__dirname, 'modules')).href;

const prelude = `
  import { data, tensor, tune } from 'blasgrad';
  const module = (name) => new URL('${folder}/' + name);
  const space = { lr: tune.logUniform(1e-3, 1e-1), hidden: [2, 4], dropout: tune.uniform(0, 0.5) };
  const search = (options) => tune.search({ space, run: module('trial.mjs'), trials: 5, seed: 3, ...options });
  /** What must not depend on workers: everything but times and stacks. */
  const resultsOf = ({ best, trials, table }) => ({
    best: best.number,
    trials: trials.map(({ seconds, error, ...rest }) => ({ ...rest, error: error && error.message })),
    table: table.drop(['seconds']),
  });
  const failureOf = async (call) => {
    try { await call(); } catch ({ name, message }) { return name + ': ' + message; }
    return null;
  };
  const tell = (value) => console.log(JSON.stringify(value));
`;

/** What the last line of a program's output says. */
export async function outputOf(body: string): Promise<unknown> {
  const args = ['--input-type=module', '-e', prelude + body];
  const { stdout } = await execute(process.execPath, args, {
    cwd: join(__dirname, '..', '..'),
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
