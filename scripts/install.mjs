// npm runs this when blasgrad is installed as a dependency. Where the library loads - the package of this platform is
// there - it does nothing, as without install scripts; else it builds the addon from source. In a clone it leaves that
// to setup.mjs, so that a plain `npm ci` works before the system packages are there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeAddon } from './setup/native.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, root, runNode, say, SetupError } from './setup/tools.mjs';

main(import.meta.url, async () => {
  if (existsSync(join(root, 'lib'))) return;
  const found = await load();
  if (found.code === 0) return;
  say('blasgrad: no built addon for this platform; building it from source');
  try {
    await systemPackages({ install: false });
    await nativeAddon({ portable: true });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${found.output.trim()}`);
  }
  const built = await load();
  if (built.code !== 0) throw new SetupError(built.output.trim());
});

/** In a process of its own, as a program would load it; its output is the one error. */
function load() {
  const program =
    'try { require("./dist/blasgrad.js") } catch (e) { console.error(e.message); process.exit(1) }';
  return runNode('-e', [program]);
}
