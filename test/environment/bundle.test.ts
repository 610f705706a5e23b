/** Users load one file: the same names with require and import, and classes with their names. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as library from 'blasgrad';

const root = join(__dirname, '..', '..');

function run(...args: string[]): unknown {
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

test('require and import give the same names and the same instance', () => {
  const program = `
    import * as imported from 'blasgrad';
    import { createRequire } from 'node:module';
    const required = createRequire(process.cwd() + '/')('blasgrad');
    const same = Object.keys(required).every((name) => imported[name] === required[name]);
    console.log(JSON.stringify({ same, names: Object.keys(required).sort() }));
  `;
  const found = run('--input-type=module', '-e', program);
  expect(found).toEqual({ same: true, names: Object.keys(library).sort() });
});

test('classes keep their names', () => {
  const program = `
    const { Tensor, nn, optim } = require('blasgrad');
    const classes = { Tensor, ...nn, ...optim };
    const isClass = (value) => typeof value === 'function' && String(value).startsWith('class');
    const renamed = Object.entries(classes).filter(([name, value]) => isClass(value) && value.name !== name);
    console.log(JSON.stringify(renamed.map(([name]) => name)));
  `;
  expect(run('-e', program)).toEqual([]);
});
