// Brings a clone to the point where everything runs, and does nothing where nothing is left to do:
// system packages, npm packages, the addon, the compiled TypeScript; the last two at the same time. Node's own modules
// only: it runs before npm ci.
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

/** Runs the steps with these names; `native` is what to build, if not the usual addon. */
export async function setup(names = Object.keys(steps), native = {}) {
  const chosen = (group) => Object.keys(group).filter((name) => names.includes(name));
  await exclusively(async () => {
    for (const name of chosen(before)) await before[name]();
    await together(chosen(builds).map((name) => builds[name](name === 'native' ? native : {})));
  });
}

/** Waits for all, and then throws what failed first. */
async function together(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

main(import.meta.url, async (args) => {
  const unknown = args.find((name) => !(name in steps));
  if (unknown)
    throw new SetupError(
      `setup: unknown step ${unknown}; there are ${Object.keys(steps).join(', ')}`,
    );
  await setup(args.length > 0 ? args : undefined);
});
