/** Steps of set-up that depend on the machine, on simulated machines. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scripts = join(__dirname, '..', '..', 'scripts');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-setup-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a module of the scripts gives for an expression. */
function evaluate(module: string, name: string, expression: string): unknown {
  const program = `
    const { ${name} } = await import(${JSON.stringify(join(scripts, module))});
    console.log(JSON.stringify(await (${expression})));`;
  const args = ['--input-type=module', '-e', program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

describe('the instruction set that kernels are compiled for', () => {
  const avx2 = 'AVX AVX2 FMA BMI BMI2 F16C AES PCLMUL';
  test.each([
    ['AVX3', `${avx2} AVX512F AVX512VL AVX512DQ AVX512BW AVX512CD AVX512VNNI`],
    ['AVX2', avx2],
    ['AVX2', `${avx2} AVX512F AVX512CD`], // the first CPUs with AVX-512 had no more
    ['all', 'SSE4_2 AES PCLMUL'],
    ['all', 'AVX AVX2 FMA BMI BMI2 F16C'], // a virtual machine without AES
    ['all', ''],
  ])('%s for a CPU with %p', (expected, features) => {
    const compiler = join(folder, 'compiler');
    const lines = features.split(' ').map((name) => `#define __${name}__ 1`);
    writeFileSync(compiler, ['#!/bin/sh', 'cat <<END', ...lines, 'END', ''].join('\n'));
    chmodSync(compiler, 0o755);
    const call = `instructionSet(${JSON.stringify(compiler)})`;
    expect(evaluate('setup/cpu.mjs', 'instructionSet', call)).toBe(expected);
  });

  test('all where the compiler does not know', () => {
    expect(evaluate('setup/cpu.mjs', 'instructionSet', "instructionSet('false')")).toBe('all');
  });
});

describe('progress of a build', () => {
  const counted = (output: string, all = 'undefined'): unknown => {
    const chunks = JSON.stringify(output.match(/[^]{1,25}/g)); // as a pipe may cut it
    const call = `(() => {
      const said = [];
      const read = countFiles((text) => said.push(text), ${all});
      ${chunks}.forEach((chunk) => read(chunk));
      return said;
    })()`;
    return evaluate('setup/native.mjs', 'countFiles', call);
  };

  test('with ninja', () => {
    const output =
      '[0/2] Re-checking globbed directories...\n' +
      '[1/3] Building CXX object CMakeFiles/kernels.dir/native/a.cc.o\n' +
      '[2/3] Building CXX object CMakeFiles/kernels.dir/native/b.cc.o\n' +
      '[3/3] Linking CXX shared module Release/blasgrad.node\n';
    expect(counted(output)).toEqual(['1 of 2 files', '2 of 2 files']);
  });

  test('with make', () => {
    const output =
      '[  2%] Building CXX object CMakeFiles/kernels.dir/native/a.cc.o\n' +
      '[ 50%] Built target kernels\n' +
      '[ 97%] Building CXX object CMakeFiles/kernels.dir/native/b.cc.o\n' +
      '[100%] Linking CXX shared module Release/blasgrad.node\n';
    expect(counted(output, '31')).toEqual(['1 of 31 files', '2 of 31 files']);
    expect(counted(output)).toEqual(['file 1', 'file 2']);
  });
});

describe('what a step says', () => {
  /** stderr of two steps at the same time. */
  function shown(terminal: boolean): string {
    const program = `
      import { setTimeout as sleep } from 'node:timers/promises';
      process.stderr.isTTY = ${terminal};
      process.stderr.columns = 60;
      const { step } = await import(${JSON.stringify(join(scripts, 'setup/progress.mjs'))});
      const slow = step('slow', async (progress) => {
        await sleep(100);
        progress('1 of 2 files');
        await sleep(100);
        throw new Error('no');
      });
      await Promise.allSettled([step('quick', () => sleep(10)), slow]);`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    }).stderr.replace(/\d+\.\d s/g, '0.0 s');
  }

  test('in a pipe: a line when it is done', () => {
    expect(shown(false)).toBe('setup: quick ... 0.0 s\nsetup: slow ... failed\n');
  });

  test('on a terminal: how far the open ones are, in a line that is written again', () => {
    const lines = shown(true).replaceAll('\r\x1b[K', '\n').split('\n');
    expect(lines).toContain('setup: slow ..., quick ...');
    expect(lines).toContain('setup: slow ... 1 of 2 files');
    expect(lines.filter((line) => /0\.0 s|failed/.test(line))).toEqual([
      'setup: quick ... 0.0 s',
      'setup: slow ... failed',
    ]);
  });
});
