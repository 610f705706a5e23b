// Builds of the addon for tests, each in its own folder: with sanitizers, or with all assertions.
import { addonPath, nativeAddon } from './native.mjs';
import { compilerPath } from './system.mjs';
import { run, SetupError } from './tools.mjs';

const variants = {
  /** AddressSanitizer and UndefinedBehaviorSanitizer. */
  address: {
    sanitize: 'address,undefined',
    runtime: 'libasan.so',
    env: {
      // Leaks: Node does not free everything at exit, and `npm run test:leaks` looks for them. A failed malloc must return
      // null, because the library handles it. A small quarantine, because tests measure memory.
      ASAN_OPTIONS:
        'detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=65536:quarantine_size_mb=64',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
  /**
   * ThreadSanitizer. Node is not built with it, so races in Node are ignored. There are no suppressions: one for V8 would
   * match the frame below each function of the addon, and hide every race of the main thread.
   */
  thread: {
    sanitize: 'thread',
    runtime: 'libtsan.so',
    env: {
      TSAN_OPTIONS:
        'ignore_noninstrumented_modules=1:report_signal_unsafe=0:exitcode=66:second_deadlock_stack=1',
    },
  },
  /** Assertions of the standard library and of Highway. */
  debug: { sanitize: '', env: {} },
};

/** Builds a variant if need be. Resolves to the environment variables of a Node that loads it. */
export async function variantEnvironment(name) {
  if (!Object.hasOwn(variants, name)) {
    throw new SetupError(
      `--build: the builds are ${Object.keys(variants).join(', ')}, got ${name}`,
    );
  }
  const { sanitize, runtime, env } = variants[name];
  if (process.platform !== 'linux') throw new SetupError(`the ${name} build needs Linux`);
  const build = { folder: `build/${name}`, config: 'Debug' };
  await nativeAddon({ ...build, strict: true, options: { BLASGRAD_SANITIZE: sanitize } });
  const preload = runtime === undefined ? {} : { LD_PRELOAD: await runtimes(runtime) };
  return { ...env, ...preload, BLASGRAD_ADDON: addonPath(build) };
}

/** Libraries to preload. Without libstdc++, the first exception would kill the process, because Node contains another one. */
async function runtimes(sanitizer) {
  const paths = [sanitizer, 'libstdc++.so'].map(async (library) => {
    const { output } = await run(compilerPath(), [`-print-file-name=${library}`]);
    const path = output.trim();
    if (path === library) throw new SetupError(`${library} was not found; it comes with GCC`);
    return path;
  });
  return (await Promise.all(paths)).join(' ');
}

/** The environment of a run that reports memory that was never freed. */
export async function leakEnvironment() {
  const env = await variantEnvironment('address');
  return {
    ...env,
    ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1:fast_unwind_on_malloc=0',
  };
}
