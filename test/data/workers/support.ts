/** Programs that load the library as users do, for worker threads of a loader. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = pathToFileURL(join(__dirname, 'modules')).href;

const prelude = `
  import { data, manualSeed, randn, tensor } from 'blasgrad';
  const { DataLoader, WorkerDataset } = data;
  const load = (name, ...args) => WorkerDataset.load(new URL('${folder}/' + name), { args });
  const batchesOf = async (loader) => {
    const batches = [];
    for await (const batch of loader) batches.push(JSON.stringify(batch));
    return batches;
  };
  const failureOf = async (loop) => {
    try { await loop(); } catch (error) {
      const { name, message, stack, cause } = error;
      return { name, message, stack, cause: cause && { name: cause.name, message: cause.message } };
    }
    return null;
  };
  const tell = (value) => console.log(JSON.stringify(value));
`;

/** What the last line of a program's output says; a program that does not end fails the test. */
export async function outputOf(body: string, ...options: string[]): Promise<unknown> {
  const args = [...options, '--input-type=module', '-e', prelude + body];
  const { stdout } = await run(process.execPath, args, { cwd: join(__dirname, '..', '..', '..') });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
