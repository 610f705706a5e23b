/** The same binary on AVX-512, AVX2, SSE and without SIMD gives the same numbers. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installedProject, root } from './project';

const project = installedProject();
afterAll(() => project.remove());

/** From the best on; OpenBLAS has kernels of its own for each kind of core. */
const targets = [
  { simd: 'AVX3', core: 'SkylakeX' },
  { simd: 'AVX2', core: 'Haswell' },
  { simd: 'SSE4', core: 'Nehalem' },
  { simd: 'SCALAR', core: 'Prescott' },
];

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Found {
  readonly used: string;
  readonly numbers: Numbers;
}

function settings({ simd, core }: (typeof targets)[number]): Record<string, string> {
  return { BLASGRAD_SIMD_TARGET: simd, OPENBLAS_CORETYPE: core };
}

function numbersOn(env: Record<string, string>): Found {
  const { code, stdout, output } = project.run(['numbers.cjs'], { env });
  if (code !== 0) throw new Error(output);
  const { target, ...numbers } = JSON.parse(stdout) as Numbers & { target: string[] };
  return { used: target.join(' '), numbers };
}

const best = numbersOn({});
/** Those this CPU has. */
const here = targets.slice(targets.findIndex(({ simd }) => best.used.startsWith(simd)));

/** Names of the results that differ by more than rounding in another order explains. */
function differences(found: Numbers): string[] {
  return Object.entries(best.numbers).flatMap(([name, expected]) => {
    const tolerance = name.startsWith('float64') ? 1e-12 : 1e-5;
    const actual = found[name] ?? [];
    const close = expected.every(
      (value, i) => Math.abs(value - actual[i]) <= tolerance * (1 + Math.abs(value)),
    );
    return close && actual.length === expected.length
      ? []
      : [`${name}: ${String(expected)} and ${String(actual)}`];
  });
}

test('the CPU has AVX2 at least, and all kinds of results are compared', () => {
  expect(here.map(({ simd }) => simd)).toEqual(expect.arrayContaining(['AVX2', 'SSE4', 'SCALAR']));
  expect(Object.keys(best.numbers).length).toBeGreaterThan(900);
});

describe.each(here)('$simd, OpenBLAS for $core', (target) => {
  test('gives the same numbers', () => {
    const found = numbersOn(settings(target));
    expect(found.used).toBe(`${target.simd} ${target.core}`);
    expect(differences(found.numbers)).toEqual([]);
  });

  test('is warned of where the CPU has a better one', () => {
    const print = "console.log(JSON.stringify(require('blasgrad').backend.info().warnings))";
    const env = { BLASGRAD_SIMD_TARGET: target.simd };
    const lower = `BLASGRAD_SIMD_TARGET=${target.simd} makes the kernels use ${target.simd}, this CPU has `;
    expect(JSON.parse(project.run(['-e', print], { env }).stdout)).toEqual(
      target === here[0] ? [] : [expect.stringContaining(lower)],
    );
  });

  test("gives PyTorch's numbers: the golden tests", () => {
    const addon = join(project.folder, 'node_modules/blasgrad-linux-x64/blasgrad.node');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/jest/bin/jest.js'), '-w', '1', 'test/golden'],
      {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, ...settings(target), BLASGRAD_ADDON: addon },
      },
    );
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^Tests: +\d{3,} passed, \d+ total$/m),
    ]);
  });
});
