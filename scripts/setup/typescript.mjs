// Step 4: lib -> dist by tsc.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  filesUnder,
  fingerprint,
  packageVersion,
  readStamp,
  packageProgram,
  root,
  runNode,
  SetupError,
  step,
  writeStamp,
} from './tools.mjs';

const stampFile = 'dist/.stamp';

export async function typescript() {
  const sources = filesUnder('lib');
  const inputs = [...sources, 'binding.d.ts', 'tsconfig.json', 'tsconfig.build.json'];
  const stamp = fingerprint(inputs, [packageVersion('typescript')]);
  if (readStamp(stampFile) === stamp && existsSync(join(root, 'dist/index.js'))) return;

  await step('compiling lib to dist', async () => {
    rmSync(join(root, stampFile), { force: true });
    const tsc = packageProgram('typescript', 'tsc');
    const { code, output } = await runNode(tsc, ['-p', 'tsconfig.build.json', '--pretty', 'false']);
    if (code !== 0) throw new SetupError(usefulErrors(output));
    removeStale(sources);
    writeStamp(stampFile, stamp);
  });
}

/** tsc leaves the output of a deleted source behind. */
function removeStale(sources) {
  const alive = new Set(
    sources.map((file) => file.replace(/^lib/, 'dist').replace(/\.(m?)ts$/, '.$1')),
  );
  for (const file of filesUnder('dist')) {
    const made = /^(.*?)(?:\.d)?\.(m?)(?:js|ts)(?:\.map)?$/.exec(file);
    if (made && !alive.has(`${made[1]}.${made[2]}`)) rmSync(join(root, file));
  }
}

function usefulErrors(output) {
  const lines = output.trimEnd().split('\n');
  const more = lines.length > 40 ? [`... ${lines.length - 40} more lines`] : [];
  return ['the library does not compile:', ...lines.slice(0, 40), ...more].join('\n');
}
