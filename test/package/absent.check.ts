/** Without the platform's package: what npm and the library print, and that it helps. */
import { readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyProject, library, platform, type Project } from './project';

const require = ['-e', "console.log(require('blasgrad').backend.info().blas)"];

/** The one error, with the command that it names. */
const oneError = new RegExp(
  [
    '\\bblasgrad \\S+: no native addon loads on linux-x64, glibc [\\d.]+, Node v\\S+ with Node-API \\d+ \\(needed: 8\\). Tried:',
    '  \\S+/build/Release/blasgrad.node: not found',
    '  \\S+/build/Debug/blasgrad.node: not found',
    '  blasgrad-linux-x64: (not found|its version is .*)',
    'To fix it: npm install blasgrad-linux-x64@\\d+\\.\\d+\\.\\d+\\S*$',
  ].join('\n'),
  'm',
);

let project: Project;
beforeEach(() => {
  project = emptyProject();
});
afterEach(() => project.remove());

test('without compilers, the install script says what is missing, and the one error', () => {
  const built = project.npm('install', '--offline', library);
  expect(built.code).not.toBe(0);
  expect(built.output).toMatch(/building it from source/);
  expect(built.output).toMatch(
    /^blasgrad needs a C\+\+20 compiler, .*CMake, OpenBLAS, and Google Highway/m,
  );
  expect(built.output).toMatch(oneError);
});

test('the error names a command; after it the library loads, install scripts or not', () => {
  const without = project.npm('install', '--offline', '--ignore-scripts', library);
  expect([without.code, without.output]).toEqual([0, expect.stringMatching(/added \d+ package/)]);
  const failed = project.run(require);
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(oneError);
  expect(project.run(['node_modules/.bin/blasgrad', 'info'])).toMatchObject({
    code: 1,
    output: expect.stringMatching(oneError) as string,
  });

  // As pnpm lays packages out.
  symlinkSync('node_modules/blasgrad', join(project.folder, 'linked'));
  const built = project.run(['linked/scripts/install.mjs']);
  expect([built.code, built.output]).toEqual([1, expect.stringMatching(/building it from source/)]);

  const fixed = project.npm('install', '--offline', '--ignore-scripts', platform);
  expect([fixed.code, fixed.output]).toEqual([0, expect.stringMatching(/added \d+ package/)]);
  expect(project.run(require)).toMatchObject({ code: 0, stdout: 'OpenBLAS\n' });
});

test('the package of another version is refused', () => {
  project.npm('install', '--offline', '--ignore-scripts', library, platform);
  const file = join(project.folder, 'node_modules/blasgrad-linux-x64/package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  writeFileSync(file, JSON.stringify({ ...manifest, version: '0.0.1' }));
  const { code, output } = project.run(require);
  expect(code).toBe(1);
  expect(output).toMatch(oneError);
  expect(output).toMatch(/its version is 0\.0\.1, this is blasgrad \d/);
});

/** What may be wrong with a package that npm takes for installed. */
const damages: [damage: (folder: string) => void, reason: RegExp][] = [
  [
    (folder) => truncateSync(join(folder, 'blasgrad.node'), 1e6),
    /blasgrad\.node has 1000000 bytes, not \d{8}/,
  ],
  [(folder) => rmSync(join(folder, 'blasgrad.node')), /blasgrad\.node is missing in/],
  [(folder) => rmSync(join(folder, 'package.json')), /package\.json is missing in/],
];

test('a damaged package has to be deleted first, and the error says so', () => {
  project.npm('install', '--offline', '--ignore-scripts', library, platform);
  const folder = join(project.folder, 'node_modules/blasgrad-linux-x64');
  for (const [damage, reason] of damages) {
    damage(folder);
    const { code, output } = project.run(require);
    expect([code, output]).toEqual([1, expect.stringMatching(reason)]);
    const fix = /^To fix it: rm -r '(.*)' && npm install blasgrad-linux-x64@/m.exec(output);
    expect(fix?.[1]).toBe(folder);
    rmSync(folder, { recursive: true });
    project.npm('install', '--offline', '--ignore-scripts', platform);
    expect(project.run(require)).toMatchObject({ code: 0, stdout: 'OpenBLAS\n' });
  }
  const { code, output } = project.run(['--no-addons', ...require]);
  expect([code, output]).toEqual([1, expect.stringMatching(/^To fix it: .*--no-addons/m)]);
});
