// npm test: sets up, then checks everything: the builds, format, lint, types and at last the tests. All static checks
// run even if one fails, so that one run shows everything. Arguments go to Jest: npm test -- -t 'matmul'
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { apiReference } from './docs.mjs';
import { clangFormat, prettier } from './format.mjs';
import { exclusively } from './setup/lock.mjs';
import { nativeAddon } from './setup/native.mjs';
import { npmPackages } from './setup/packages.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, packageProgram, root, runNode, say } from './setup/tools.mjs';
import { typescript } from './setup/typescript.mjs';

/** Jest's own count, for whoever runs this: .ci/run ends with it. */
const results = 'build/test-results.json';

main(import.meta.url, async (jestArguments) => {
  rmSync(join(root, results), { force: true });

  const failures = await exclusively(async () => {
    await systemPackages();
    await npmPackages();
    // The builds come first and alone: they use all cores, and lint and types read the declarations in dist.
    return [
      ...(await report(
        'native build',
        build(() => nativeAddon({ strict: true })),
      )),
      ...(await report('library build', build(typescript))),
    ];
  });

  // All at once: they are single-threaded and only read.
  const tsc = [packageProgram('typescript', 'tsc'), ['-p', 'tsconfig.json', '--pretty', 'false']];
  const reports = [
    report('format (prettier)', prettier({ check: true })),
    report('format (clang-format)', clangFormat({ check: true })),
    report('lint', runNode(packageProgram('eslint'), ['.', '--max-warnings', '0'])),
    report('types', runNode(...tsc)),
    report('API reference', apiReference({ check: true })),
  ];
  failures.push(...(await Promise.all(reports)).flat());

  if (failures.length > 0) {
    for (const { name, output } of failures) say(`\n--- ${name} ---\n${firstLines(output, 60)}`);
    say(`\nfailed: ${failures.map((failure) => failure.name).join(', ')}; the tests were not run`);
    process.exitCode = 1;
    return;
  }

  mkdirSync(join(root, 'build'), { recursive: true });
  const { code } = await runNode(
    packageProgram('jest'),
    ['--json', `--outputFile=${results}`, ...jestArguments],
    { inherit: true },
  );
  process.exitCode = code;
});

/** A set-up step as a check: its message is the output. */
async function build(work) {
  try {
    await work();
    return { code: 0, output: '' };
  } catch (error) {
    return { code: 1, output: error.message };
  }
}

/** Prints one line when a check is done; returns it in a list if it failed. */
async function report(name, check) {
  const start = performance.now();
  const { code, output } = await check;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds.padStart(5)} s`);
  return code === 0 ? [] : [{ name, output }];
}

function firstLines(text, count) {
  const lines = text.trim().split('\n');
  const left = lines.length - count;
  return [...lines.slice(0, count), ...(left > 0 ? [`... ${left} more lines`] : [])].join('\n');
}
