/** Set-up asks before it runs apt-get with sudo, if somebody can answer. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scripts = join(__dirname, '..', '..', 'scripts');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-question-'));
const log = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, ...lines: string[]): void {
  writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(join(folder, name), 0o755);
}

// The only programs on PATH: no compiler, so that everything is missing. `env` does what apt-get is called through.
program('apt-get');
program('env', `echo "env $*" >> '${log}'`);
program('sudo', `echo "sudo $*" >> '${log}'`);

interface Machine {
  readonly answer?: string;
  readonly terminal?: boolean;
  readonly root?: boolean;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
}

/** Runs the first step of set-up; resolves to what it printed, and the calls of apt-get. */
function run({ answer = '', terminal = true, root = false, env = {}, args = [] }: Machine) {
  rmSync(log, { force: true });
  const source = `
    process.stdin.isTTY = process.stderr.isTTY = ${terminal};
    process.getuid = () => ${root ? 0 : 1000};
    const { systemPackages } = await import(${JSON.stringify(join(scripts, 'setup/system.mjs'))});
    await systemPackages().catch((error) => console.log(error.constructor.name, error.message));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', source, '--', ...args],
    { input: answer, encoding: 'utf8', env: { PATH: folder, ...env } },
  );
  const calls = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  return { stdout, stderr, calls: calls.filter((call) => call.includes('apt-get')) };
}

const question =
  'setup: install g++, make, cmake, libopenblas-dev, libhwy-dev with sudo apt-get? [y/N] ';
const install =
  /^sudo -n env .*apt-get .*install -y .*g\+\+ make cmake libopenblas-dev libhwy-dev$/;

test.each(['y\n', 'Y\n', 'yes\n', ' yes \n'])('the answer %j installs', (answer) => {
  const { stderr, calls } = run({ answer });
  expect(stderr).toContain(question);
  expect(calls[0]).toMatch(install);
});

test.each(['n\n', '\n', 'yesterday\n', ''])('the answer %j does not', (answer) => {
  const { stdout, stderr, calls } = run({ answer });
  expect(stderr).toContain(question);
  expect(calls).toEqual([]);
  expect(stdout).toContain(
    'SetupError blasgrad needs a C++20 compiler, make, CMake, OpenBLAS, and',
  );
  expect(stdout).toContain('sudo apt-get install -y g++ make cmake libopenblas-dev libhwy-dev');
});

test.each<[string, Machine]>([
  ['with --yes', { args: ['--yes'] }],
  ['in CI', { env: { CI: 'true' } }],
  ['without a terminal', { terminal: false }],
])('%s it installs without a question', (_, machine) => {
  const { stderr, calls } = run({ answer: 'n\n', ...machine });
  expect(stderr).not.toContain('[y/N]');
  expect(calls[0]).toMatch(install);
});

test('CI=false is a terminal like others', () => {
  expect(run({ answer: 'n\n', env: { CI: 'false' } }).calls).toEqual([]);
});

test('root needs neither a question nor sudo', () => {
  const { stderr, calls } = run({ root: true });
  expect(stderr).not.toContain('[y/N]');
  expect(calls[0]).toMatch(/^env .*apt-get .*install -y/);
});

test('--yes is not an argument of what the commands run', () => {
  const file = join(folder, 'command.mjs');
  const tools = JSON.stringify(join(scripts, 'setup/tools.mjs'));
  const source = `import { main } from ${tools};
    main(import.meta.url, async (args) => console.log(JSON.stringify(args)));`;
  writeFileSync(file, source);
  const args = [file, 'test/nn', '--yes', '-t', 'relu'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual(['test/nn', '-t', 'relu']);
});
