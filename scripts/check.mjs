// The long checks: npm run fuzz, test:asan, test:tsan, test:debug, test:leaks. Each sets itself up and prints a summary; the
// exit code is not 0 if it finds a problem. Arguments go to the fuzz or to Jest.
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
      say(`the process exited with code ${code} during: ${readFileSync(place, 'utf8').trim()}`);
      say(`To repeat it: npm run fuzz -- ${[...build, ...seeded].join(' ')} --round N --trace`);
    }
    rmSync(place, { force: true });
    return code;
  },
  /** The tests with AddressSanitizer and UndefinedBehaviorSanitizer; all of the long ones with BLASGRAD_TEST_FULL=1. */
  async asan(args) {
    return suite(args, { ...(await variantEnvironment('address')), BLASGRAD_SANITIZED: '1' });
  },
  /** The same tests with the assertions of the standard library and of Highway. */
  async debug(args) {
    return suite(args, await variantEnvironment('debug'));
  },
  /** Asynchronous runs, thread pools and worker threads with ThreadSanitizer. */
  async tsan() {
    return typescript(work, ['exit'], await variantEnvironment('thread'));
  },
  /** The same program with LeakSanitizer: reports memory that is definitely lost, but not by Node itself. */
  async leaks() {
    return typescript(work, [], await leakEnvironment());
  },
};

async function suite(args, env) {
  const patience = '--testTimeout=600000'; // sanitizers make tests two to ten times slower
  const { code } = await run(process.execPath, [packageProgram('jest'), patience, ...args], {
    inherit: true,
    env,
  });
  return code;
}

async function typescript(file, args, env) {
  // tsx's own command would start a second process.
  const loader = packageProgram('tsx').replace(/[^/]+$/, 'cjs/index.cjs');
  const command = ['--no-warnings', '--require', loader, join(root, file), ...args];
  const { code } = await run(process.execPath, command, { inherit: true, env });
  return code;
}

main(import.meta.url, async ([name, ...args]) => {
  if (!Object.hasOwn(checks, name)) {
    throw new SetupError(`check: the checks are ${Object.keys(checks).join(', ')}, got ${name}`);
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
