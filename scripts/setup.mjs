// Sets up a clone: installs system packages and npm packages, then builds the addon and compiles TypeScript at the same
// time. Steps that have nothing to do are skipped. Set-up uses Node's own modules only, because it runs before npm ci.
//   node scripts/setup.mjs [system] [packages] [native] [typescript]      (default: all)
import { nativeAddon } from './setup/native.mjs';
import { npmPackages } from './setup/packages.mjs';
import { exclusively } from './setup/lock.mjs';
import { systemPackages } from './setup/system.mjs';
import { main, SetupError } from './setup/tools.mjs';
import { typescript } from './setup/typescript.mjs';

const before = { system: systemPackages, packages: npmPackages };
const builds = { native: nativeAddon, typescript };
const steps = { ...before, ...builds };

/** Runs the steps with these names. `native` has the options of the native build. */
export async function setup(names = Object.keys(steps), native = {}) {
  const chosen = (group) => Object.keys(group).filter((name) => names.includes(name));
  await exclusively(async () => {
    for (const name of chosen(before)) await before[name]();
    await together(chosen(builds).map((name) => builds[name](name === 'native' ? native : {})));
  });
}

/** Waits for all promises, then throws the first error. */
async function together(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

main(import.meta.url, async (args) => {
  const unknown = args.find((name) => !(name in steps));
  if (unknown)
    throw new SetupError(
      `setup: unknown step ${unknown}; the steps are ${Object.keys(steps).join(', ')}`,
    );
  await setup(args.length > 0 ? args : undefined);
});
