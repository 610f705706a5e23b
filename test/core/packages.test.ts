/** Functions whose optional package is missing name it, and the command that installs it. */
import { runProgram } from '../support/process';

const program = `
  const Module = require('node:module');
  const gone = /^(@bufbuild\\/protobuf|yauzl|yazl|sharp)/;
  const load = Module._load;
  Module._load = (name, ...rest) => {
    if (gone.test(name)) throw new Error("Cannot find module '" + name + "'\\nRequire stack:");
    return load(name, ...rest);
  };
  const { io, nn, ones } = require('blasgrad');
  const fs = require('node:fs');
  const dir = fs.mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'packages-'));
  const file = dir + '/file';
  fs.writeFileSync(file, 'abc');
  const calls = [
    () => io.importOnnx(file),
    () => io.exportOnnx(new nn.Linear(1, 1), ones(1, 1), file),
    () => io.loadNpz(file),
    () => io.saveNpz(file, { x: ones(1) }),
  ];
  (async () => {
    for (const call of calls) await call().catch((error) => console.log(error.message));
    fs.rmSync(dir, { recursive: true });
  })();
`;

test('what is missing is named', async () => {
  const { stdout, stderr } = await runProgram(program);
  const line = (op: string, what: string, name: string): string =>
    `${op}: ${what} need the package ${name}; run npm install ${name} (Cannot find module '${name}')`;
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    line('importOnnx', 'ONNX models', '@bufbuild/protobuf'),
    line('exportOnnx', 'ONNX models', '@bufbuild/protobuf'),
    line('loadNpz', 'zip archives', 'yauzl'),
    line('saveNpz', 'zip archives', 'yazl'),
  ]);
});
