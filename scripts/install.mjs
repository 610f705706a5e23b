// npm runs this script when blasgrad is installed as a dependency. If the library loads, because the platform's package is
// installed, it does nothing. Otherwise it builds the addon from source. In a clone it does nothing either, so that `npm ci`
// works before the system packages are installed; setup.mjs builds the addon there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nativeAddon } from './setup/native.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, root, runNode, say, SetupError } from './setup/tools.mjs';

main(import.meta.url, async () => {
  if (existsSync(join(root, 'lib'))) return;
  const found = await load();
  if (found.code === 0) return;
  say('blasgrad: no prebuilt addon for this platform; building it from source');
  try {
    await systemPackages({ install: false });
    await nativeAddon({ portable: true });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${found.output.trim()}`);
  }
  const built = await load();
  if (built.code !== 0) throw new SetupError(built.output.trim());
});

/** Loads the library in a new process. The output is the error message, if it does not load. */
function load() {
  const program =
    'try { require("./dist/blasgrad.js") } catch (e) { console.error(e.message); process.exit(1) }';
  return runNode('-e', [program]);
}
