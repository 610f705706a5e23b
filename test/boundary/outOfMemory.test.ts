/**
 * Out of memory, in synchronous and background calls: an error, after which the library still works. The tests run in
 * processes whose address space `prlimit` limits: enough for V8, which ends the process when its heap cannot grow, but
 * too little for sorting or for a thread.
 */
import { spawnSync } from 'node:child_process';
import { fine, runProgram } from '../support/process';

// AddressSanitizer ends the process itself when operator new fails.
const limits = spawnSync('prlimit', ['--version']).status === 0;
const testLimits = limits && process.env['BLASGRAD_SANITIZED'] === undefined ? test : test.skip;

const limiting = `
  const { execFileSync } = require('node:child_process');
  const { readFileSync } = require('node:fs');
  const { backend, compile, ones } = require('blasgrad');
  const limit = (more) => {
    const used = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const bytes = more === undefined ? 'unlimited' : used + more;
    execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + bytes + ':unlimited']);
  };
  const said = [];
  const attempt = async (call) => {
    try {
      await call();
      said.push('nothing');
    } catch (error) {
      said.push(error.name + ' ' + error.message);
    }
  };
`;

const program = `
  ${limiting}
  const x = ones(1e7);
  const sorted = compile((x) => x.sort().indices.narrow(0, 0, 2));
  (async () => {
    sorted(x);
    // 240 MB that were used are free again, and would do: they are filled.
    const held = Array.from({ length: 24 }, () => ones(5e6));
    limit(1e8);
    await attempt(() => x.sort());
    await attempt(() => sorted(x));
    await attempt(() => sorted.runAsync(x));
    limit();
    console.log(said.join('\\n'));
    console.log(sorted(x).shape.join(), x.sum().item(), (await sorted.runAsync(x)).shape.join(), held.length);
  })();
`;

testLimits('memory that the system does not give', async () => {
  const { stdout, ...rest } = await runProgram(program, [], { flags: ['--max-semi-space-size=1'] });
  expect(rest).toEqual({ code: 0, signal: null, stderr: '' });
  const lines = stdout.trim().split('\n');
  expect(lines.at(-1)).toBe('2 10000000 2 24');
  const refusals = lines.slice(0, -1);
  expect(refusals).toHaveLength(3);
  for (const line of refusals)
    expect(line).toMatch(
      /^RangeError \w+: (out of memory|the system could not start a background thread)/,
    );
});

const threadless = `
  ${limiting}
  const plus = compile((x) => x.add(1));
  const x = ones(2);
  (async () => {
    for (let i = 0; i < 2; i++) plus(x); // captured, then compared
    backend.setNumThreads(3);
    limit(5e8);
    const sum = ones(2 ** 16).exp().log().sum().item();
    await attempt(() => plus.runAsync(x));
    limit();
    console.log(said.join(), sum, (await plus.runAsync(x)).toArray());
  })();
`;

// A thread takes as many addresses as the stack of the main thread may have: more than the limit leaves.
const withLargeStacks = `
  const { spawnSync } = require('node:child_process');
  const args = ['--stack=1073741824', process.execPath, '-e', ${JSON.stringify(threadless)}];
  const { status, signal } = spawnSync('prlimit', args, { stdio: 'inherit' });
  process.exitCode = signal ?? status;
`;

testLimits('threads that the system does not give', async () => {
  const ended = await runProgram(withLargeStacks);
  const message = 'RangeError compile: the system could not start a background thread';
  expect(ended).toEqual({ ...fine, stdout: `${message} 65536 [ 2, 2 ]\n` });
});

test('temporaries that nobody has any more are no reason to refuse memory', async () => {
  const temporaries = `
    process.constrainedMemory = () => 1.5e9;
    const { ones } = require('blasgrad');
    let sum = 0;
    for (let i = 0; i < 8; i++) sum += ones(1e8).narrow(0, 0, 1).item();
    console.log(sum);
  `;
  const { code, stdout, stderr } = await runProgram(temporaries);
  // AddressSanitizer says what it cannot allocate, as V8 asks for address space at its start.
  const said = stderr.replace(/^==\d+==WARNING: AddressSanitizer failed to allocate .*\n/gm, '');
  expect({ code, stdout: stdout.trim(), said }).toEqual({ code: 0, stdout: '8', said: '' });
});
