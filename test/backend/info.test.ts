/** backend.info(), its warnings, and the number of threads. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backend } from 'blasgrad';

const library = join(__dirname, '..', '..', 'dist', 'index.js');

/** What a fresh process prints under other settings. */
function inProcess(settings: Record<string, string>, print: string): unknown {
  const code = `const { backend } = require(${JSON.stringify(library)}); console.log(JSON.stringify(${print}))`;
  const env = { ...process.env, ...settings };
  return JSON.parse(execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' }));
}

test('its version is that of package.json', () => {
  const { version } = JSON.parse(
    readFileSync(join(library, '..', '..', 'package.json'), 'utf8'),
  ) as {
    version: string;
  };
  expect(backend.info().version).toBe(version);
});

test('names versions, CPU and threads', () => {
  const info = backend.info();
  expect(info).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    blas: 'OpenBLAS',
    blasVersion: expect.stringMatching(/^0\.\d+\.\d+/) as string,
    coreType: expect.stringMatching(/./) as string,
    simdTarget: expect.stringMatching(/./) as string,
    cpu: expect.stringMatching(/./) as string,
    cpus: expect.any(Number) as number,
    quota: info.quota === null ? null : (expect.any(Number) as number),
    threads: backend.getNumThreads(),
    winograd: true,
    napiVersion: 8,
    warnings: expect.any(Array) as string[],
  });
  expect(info.cpus).toBeGreaterThanOrEqual(1);
});

test('the number of threads can be set', () => {
  const before = backend.getNumThreads();
  try {
    for (const count of [1, 3, 2]) {
      backend.setNumThreads(count);
      expect(backend.getNumThreads()).toBe(count);
      expect(backend.info().threads).toBe(count);
    }
  } finally {
    backend.setNumThreads(before);
  }
});

test('BLASGRAD_NUM_THREADS sets it before load; nonsense there counts as nothing', () => {
  const threads = 'backend.getNumThreads()';
  expect(inProcess({ BLASGRAD_NUM_THREADS: '3' }, threads)).toBe(3);
  const byDefault = inProcess({ BLASGRAD_NUM_THREADS: '' }, threads);
  for (const nonsense of ['many', '-2', '7x', '7.5', '4294967303']) {
    expect(inProcess({ BLASGRAD_NUM_THREADS: nonsense }, threads)).toBe(byDefault);
  }
});

test("Winograd's algorithm can be forbidden, by BLASGRAD_WINOGRAD=0 before load", () => {
  try {
    for (const enabled of [false, true]) {
      backend.setWinograd(enabled);
      expect(backend.info().winograd).toBe(enabled);
    }
  } finally {
    backend.setWinograd(true);
  }
  expect(inProcess({ BLASGRAD_WINOGRAD: '0' }, 'backend.info().winograd')).toBe(false);
  expect(inProcess({ BLASGRAD_WINOGRAD: '' }, 'backend.info().winograd')).toBe(true);
});

test('a forced older core type is warned of where the CPU has AVX-512', () => {
  const forced = inProcess(
    { OPENBLAS_CORETYPE: 'Haswell' },
    'backend.info()',
  ) as backend.BackendInfo;
  const hasAvx512 = forced.simdTarget.startsWith('AVX3');
  const named = hasAvx512 ? [expect.stringMatching(/^OPENBLAS_CORETYPE=Haswell/) as string] : [];
  expect(forced.warnings).toEqual(named);
  expect(inProcess({ OPENBLAS_CORETYPE: '' }, 'backend.info().cpus')).toBe(forced.cpus);
});

interface Target {
  readonly simdTarget: string;
  readonly warnings: readonly string[];
}

// Builds of all targets are in test/package/targets.check.ts.
test('BLASGRAD_SIMD_TARGET changes nothing where one target is compiled; others are warned of', () => {
  const found = 'backend.info()';
  const clean = { OPENBLAS_CORETYPE: '', BLASGRAD_NUM_THREADS: '' };
  const best = (inProcess(clean, found) as Target).simdTarget;
  const same = inProcess({ ...clean, BLASGRAD_SIMD_TARGET: best }, found) as Target;
  expect(same).toMatchObject({ simdTarget: best, warnings: [] });
  const other = inProcess({ ...clean, BLASGRAD_SIMD_TARGET: 'AVX9' }, found) as Target;
  expect(other.simdTarget).toBe(best);
  expect(other.warnings).toEqual([
    expect.stringMatching(
      /^BLASGRAD_SIMD_TARGET=AVX9 changes nothing: (the addon is compiled for \w+ alone\.$|this CPU runs )/,
    ),
  ]);
  // Nothing lower where all are compiled because the CPU has none of AVX2 and AVX-512.
  const lower = best === 'AVX3' ? 'AVX2' : 'SSE4';
  const lowered = inProcess({ ...clean, BLASGRAD_SIMD_TARGET: lower }, found) as Target;
  expect(lowered.simdTarget).toBe(best);
});

test.each([
  ['many', /^BLASGRAD_NUM_THREADS=many counts as unset/],
  ['2x', /^BLASGRAD_NUM_THREADS=2x counts as unset/],
  ['1000', /^1000 threads share \d+ CPUs/],
])('BLASGRAD_NUM_THREADS=%s is warned of', (count, warning) => {
  const settings = { OPENBLAS_CORETYPE: '', BLASGRAD_NUM_THREADS: count };
  expect(inProcess(settings, 'backend.info().warnings')).toEqual([expect.stringMatching(warning)]);
});

test('measures the core, and products within it', () => {
  const before = backend.getNumThreads();
  backend.setNumThreads(2);
  try {
    const speed = backend.measure();
    expect(speed).toEqual({
      corePeak: expect.any(Number) as number,
      oneThread: expect.any(Number) as number,
      allThreads: expect.any(Number) as number,
      threads: 2,
    });
    for (const value of Object.values(speed)) expect(value).toBeGreaterThan(0);
    expect(backend.getNumThreads()).toBe(2);
  } finally {
    backend.setNumThreads(before);
  }
});
