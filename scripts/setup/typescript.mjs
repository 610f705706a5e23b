// Step 4: compiles lib to dist with tsc, then bundles it to dist/blasgrad.js, which users load: a hundred small files take
// 60 ms to load, one file takes 30 ms.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
const bundle = { commonJs: 'dist/blasgrad.js', esModule: 'dist/blasgrad.mjs' };

export async function typescript() {
  const sources = filesUnder('lib');
  const inputs = [...sources, 'binding.d.ts', 'tsconfig.json', 'tsconfig.build.json'];
  const stamp = fingerprint(inputs, [packageVersion('typescript'), packageVersion('esbuild')]);
  if (readStamp(stampFile) === stamp && existsSync(join(root, bundle.esModule))) return;

  await step('compiling lib to dist', async () => {
    rmSync(join(root, stampFile), { force: true });
    const tsc = packageProgram('typescript', 'tsc');
    const { code, output } = await runNode(tsc, ['-p', 'tsconfig.build.json', '--pretty', 'false']);
    if (code !== 0) throw new SetupError(usefulErrors(output));
    removeStale(sources);
    await bundleAll();
    writeStamp(stampFile, stamp);
  });
}

async function bundleAll() {
  const { build } = createRequire(join(root, 'package.json'))('esbuild');
  await build({
    entryPoints: [join(root, 'lib/index.ts')],
    outfile: join(root, bundle.commonJs),
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'error',
  });
  const header = '// The same names, and the same instance, as require gives.\n';
  writeFileSync(join(root, bundle.esModule), `${header}export * from './blasgrad.js';\n`);
}

/** Deletes the output of deleted sources, which tsc keeps. */
function removeStale(sources) {
  const alive = new Set(
    sources.map((file) => file.replace(/^lib/, 'dist').replace(/\.(m?)ts$/, '.$1')),
  );
  alive.add('dist/blasgrad.').add('dist/blasgrad.m');
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
