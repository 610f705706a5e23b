/** An addon that was compiled for another CPU: one error, before a kernel runs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const built = process.env['BLASGRAD_ADDON'] ?? join(root, 'build/Release/blasgrad.node');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-other-cpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the addon that says it was compiled for a target that no CPU has. */
function addonOfOtherCpu(): string {
  const addon = readFileSync(built);
  const sign = Buffer.from('compiled for: ');
  const name = addon.indexOf(sign) + sign.length;
  expect(addon.subarray(name, name + 5).toString()).toMatch(/^(AVX[23]|all)\0/);
  addon.write('XYZ', name);
  const path = join(folder, 'blasgrad.node');
  writeFileSync(path, addon);
  return path;
}

test('is refused in words', () => {
  const program = `
    try {
      require(${JSON.stringify(join(root, 'dist', 'blasgrad.js'))});
    } catch (error) {
      console.log(error.message);
    }`;
  const said = execFileSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    env: { ...process.env, BLASGRAD_ADDON: addonOfOtherCpu() },
  });
  expect(said).toMatch(/: compiled for XYZ[23]? alone, but this CPU has \w+ at best$/m);
  expect(said).toMatch(
    /^To fix it: unset BLASGRAD_ADDON, or set it to an addon that was built for this machine$/m,
  );
});
