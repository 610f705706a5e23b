// npm test: sets up, then runs all checks (builds, lint, types, format, API reference), then the tests. If a check fails, the
// other checks still run, but the tests do not.
//   npm test                  all checks and tests; a part of the long tests, which it lists at the end
//   npm test -- PATTERN ...   only the tests whose paths match; all arguments go to Jest
//   npm run test:full         the same with all of the long tests; takes patterns too
//   --yes                     with any of these: set-up installs system packages without asking
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from './checks.mjs';
import { setup } from './setup.mjs';
import { exclusively } from './setup/lock.mjs';
import { nativeAddon } from './setup/native.mjs';
import { npmPackages } from './setup/packages.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, packageProgram, root, runNode, say } from './setup/tools.mjs';
import { typescript } from './setup/typescript.mjs';

/** Jest's results as JSON; .ci/run reads them. */
const results = { short: 'build/test-results.json', full: 'build/full-test-results.json' };
/** A line for each test table that ran in part (test/support/full.ts). */
const parts = join(root, 'build/parts.txt');

main(import.meta.url, async (args) => {
  const full = args[0] === '--full';
  const jestArguments = full ? args.slice(1) : args;
  if (jestArguments.length > 0) {
    await setup();
    // Jest would list thousands of tests that -t skips.
    const named = jestArguments.some((arg) => /^(-t|--testNamePattern)/.test(arg));
    const listing = named ? ['--verbose=false'] : [];
    process.exitCode = await jest(full, [...listing, ...jestArguments]);
    return;
  }

  const file = full ? results.full : results.short;
  rmSync(join(root, file), { force: true });
  const failures = [...(await builds()), ...(await run(checks))];
  if (failures.length > 0) {
    for (const { name, output } of failures) say(`\n--- ${name} ---\n${firstLines(output, 60)}`);
    say(`\nfailed: ${failures.map((failure) => failure.name).join(', ')}; the tests were not run`);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await jest(full, ['--json', `--outputFile=${file}`]);
});

async function jest(full, args) {
  mkdirSync(join(root, 'build'), { recursive: true });
  rmSync(parts, { force: true });
  const env = full ? { BLASGRAD_TEST_FULL: '1' } : { BLASGRAD_TEST_PARTS: parts };
  const { code } = await runNode(packageProgram('jest'), args, { inherit: true, env });
  if (existsSync(parts)) {
    say('\nThis was a short run. npm run test:full runs all of these tests:');
    say(readFileSync(parts, 'utf8').trimEnd().split('\n').sort().join('\n'));
  }
  return code;
}

/** The builds run first, because lint and types read the declarations in dist. */
function builds() {
  return exclusively(async () => {
    await systemPackages();
    await npmPackages();
    return run({
      'native build': build(() => nativeAddon({ strict: true })),
      'library build': build(typescript),
    });
  });
}

/** Runs a set-up step as a check. The output is its error message. */
function build(work) {
  return async () => {
    try {
      await work();
      return { code: 0, output: '' };
    } catch (error) {
      return { code: 1, output: error.message };
    }
  };
}

/** Runs checks at the same time, prints a line for each, and resolves to those that failed. */
async function run(all) {
  const failures = Object.entries(all).map(async ([name, check]) => {
    const start = performance.now();
    const { code, output } = await check();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds.padStart(5)} s`);
    return code === 0 ? [] : [{ name, output }];
  });
  return (await Promise.all(failures)).flat();
}

function firstLines(text, count) {
  const lines = text.trim().split('\n');
  const left = lines.length - count;
  return [...lines.slice(0, count), ...(left > 0 ? [`... ${left} more lines`] : [])].join('\n');
}
