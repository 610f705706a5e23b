// npm run test:package: makes both tarballs, downloads four versions of Node (once, 730 MB), and runs
// test/package/*.check.ts with them. Arguments go to Jest.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePackages, showPackages } from './package.mjs';
import { npmPackages } from './setup/packages.mjs';
import { main, packageProgram, root, runNode } from './setup/tools.mjs';

/** Jest's results as JSON; .ci/run reads them. */
const results = 'build/package-test-results.json';

main(import.meta.url, async (jestArguments) => {
  rmSync(join(root, results), { force: true });
  showPackages(await makePackages());
  await npmPackages('test/package/nodes');
  const options = ['--config=test/package/jest.config.cjs', '--json', `--outputFile=${results}`];
  const args = [...options, '--runInBand', ...jestArguments];
  const { code } = await runNode(packageProgram('jest'), args, { inherit: true });
  process.exitCode = code;
});
