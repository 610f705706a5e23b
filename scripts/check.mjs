// The long checks, each one command that sets itself up, prints a summary and ends with another code than 0 if something
// was found:  npm run fuzz | test:asan | test:tsan | test:debug | test:leaks   (arguments go to the fuzz, or to Jest)
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { main, packageProgram, root, run, say, SetupError } from './setup/tools.mjs';
import { leakEnvironment, variantEnvironment } from './setup/variants.mjs';

const work = 'test/boundary/sanitized/work.ts';
const fuzz = 'test/boundary/fuzz/main.ts';

const checks = {
  /** npm run fuzz -- [--calls N] [--seed TEXT] [--round N] [--trace] [--build address|debug] */
  async fuzz(args) {
    const at = args.indexOf('--build');
    const build = at < 0 ? [] : args.splice(at, 2);
    const env = at < 0 ? {} : await variantEnvironment(build[1]);
    const seeded = args.includes('--seed') ? args : ['--seed', String(Date.now()), ...args];
    const place = join(tmpdir(), `blasgrad-fuzz-${process.pid}`);
    const code = await typescript(fuzz, ['--place', place, ...seeded], env);
    if (code > 1) {
      say(`the process ended with ${code} in: ${readFileSync(place, 'utf8').trim()}`);
      say(`again: npm run fuzz -- ${[...build, ...seeded].join(' ')} --round N --trace`);
    }
    rmSync(place, { force: true });
    return code;
  },
  /** The suite, with BLASGRAD_TEST_FULL=1 complete, with AddressSanitizer and UndefinedBehaviorSanitizer. */
  async asan(args) {
    return suite(args, { ...(await variantEnvironment('address')), BLASGRAD_SANITIZED: '1' });
  },
  /** The suite, as above, with assertions. */
  async debug(args) {
    return suite(args, await variantEnvironment('debug'));
  },
  /** Asynchronous runs, thread pools and worker threads with ThreadSanitizer. */
  async tsan() {
    return typescript(work, ['exit'], await variantEnvironment('thread'));
  },
  /** The same work with LeakSanitizer: what is definitely lost, and not by Node itself. */
  async leaks() {
    return typescript(work, [], await leakEnvironment());
  },
};

async function suite(args, env) {
  const patience = '--testTimeout=600000'; // everything takes two to ten times as long
  const { code } = await run(process.execPath, [packageProgram('jest'), patience, ...args], {
    inherit: true,
    env,
  });
  return code;
}

async function typescript(file, args, env) {
  // Not tsx's program, which is a process around the process.
  const loader = packageProgram('tsx').replace(/[^/]+$/, 'cjs/index.cjs');
  const command = ['--no-warnings', '--require', loader, join(root, file), ...args];
  const { code } = await run(process.execPath, command, { inherit: true, env });
  return code;
}

main(import.meta.url, async ([name, ...args]) => {
  if (!Object.hasOwn(checks, name)) {
    throw new SetupError(`check: expected ${Object.keys(checks).join(', ')}, got ${name}`);
  }
  await setup();
  const start = performance.now();
  const code = await checks[name](args);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  say(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${name}, ${seconds} s${code === 0 ? '' : `, code ${code}`}`,
  );
  process.exitCode = code;
});
