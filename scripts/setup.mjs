// Brings a clone to the point where everything runs, and does nothing where nothing is left to do:
// system packages, npm packages, the addon, the compiled TypeScript. Node's own modules only: it runs before npm ci.
//   node scripts/setup.mjs [system] [packages] [native] [typescript]      (default: all)
import { nativeAddon } from './setup/native.mjs';
import { npmPackages } from './setup/packages.mjs';
import { exclusively } from './setup/lock.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, SetupError } from './setup/tools.mjs';
import { typescript } from './setup/typescript.mjs';

const steps = { system: systemPackages, packages: npmPackages, native: nativeAddon, typescript };

export async function setup(names = Object.keys(steps)) {
  await exclusively(async () => {
    for (const name of names) await steps[name]();
  });
}

main(import.meta.url, async (args) => {
  const unknown = args.find((name) => !(name in steps));
  if (unknown)
    throw new SetupError(
      `setup: unknown step ${unknown}; there are ${Object.keys(steps).join(', ')}`,
    );
  await setup(args.length > 0 ? args : undefined);
});
