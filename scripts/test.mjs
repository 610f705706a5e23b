// npm test: sets up, then checks everything: the builds, lint, types, format, and at last the tests. All checks run even
// if one fails, so that one run shows everything.
//   npm test                  everything; of the long tests a small part, and says at the end of which
//   npm test -- PATTERN ...   only tests, those whose path matches; as PATTERN, all arguments go to Jest
//   npm run test:full         as npm test, with the long tests complete; takes arguments too
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

/** Jest's own count, for whoever runs this: .ci/run ends with it. */
const results = { short: 'build/test-results.json', full: 'build/full-test-results.json' };
/** A line for each table of which tests ran a part (test/support/full.ts). */
const parts = join(root, 'build/parts.txt');

main(import.meta.url, async (args) => {
  const full = args[0] === '--full';
  const jestArguments = full ? args.slice(1) : args;
  if (jestArguments.length > 0) {
    await setup();
    // For a single file Jest would list the thousands of tests that a name leaves out.
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
    say('\nA short run; npm run test:full runs what is left out here:');
    say(readFileSync(parts, 'utf8').trimEnd().split('\n').sort().join('\n'));
  }
  return code;
}

/** Lint and types read the declarations in dist, so that the builds come first. */
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

/** A set-up step as a check: its message is the output. */
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

/** Runs checks at the same time and prints a line when one is done; resolves to those that failed. */
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
