// Builds of the addon for tests alone, each in a folder of its own beside the usual one: with sanitizers, or with all
// assertions.
import { addonPath, nativeAddon } from './native.mjs';
import { compilerPath } from './system.mjs';
import { run, SetupError } from './tools.mjs';

const variants = {
  /** AddressSanitizer and UndefinedBehaviorSanitizer. */
  address: {
    sanitize: 'address,undefined',
    runtime: 'libasan.so',
    env: {
      // Node itself does not free everything at exit; leaks have a run of their own. A failed malloc is an error that
      // the library must handle, not the end. Tests look at how much memory is in use: less of what was freed is kept back.
      ASAN_OPTIONS:
        'detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=65536:quarantine_size_mb=64',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
  /**
   * ThreadSanitizer. Node is not built with it, so what happens in Node alone is not looked at. Without suppressions: one
   * for V8 would match the frame below each of our functions, and hide every race of the main thread.
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

/** Builds a variant if need be; resolves to what a Node that loads it needs in its environment. */
export async function variantEnvironment(name) {
  if (!Object.hasOwn(variants, name)) {
    throw new SetupError(`expected a build of ${Object.keys(variants).join(', ')}, got ${name}`);
  }
  const { sanitize, runtime, env } = variants[name];
  if (process.platform !== 'linux') throw new SetupError(`the ${name} build needs Linux`);
  const build = { folder: `build/${name}`, config: 'Debug' };
  await nativeAddon({ ...build, strict: true, options: { BLASGRAD_SANITIZE: sanitize } });
  const preload = runtime === undefined ? {} : { LD_PRELOAD: await runtimes(runtime) };
  return { ...env, ...preload, BLASGRAD_ADDON: addonPath(build) };
}

/** libstdc++ as well, or the first exception ends the process: Node has one of its own inside. */
async function runtimes(sanitizer) {
  const paths = [sanitizer, 'libstdc++.so'].map(async (library) => {
    const { output } = await run(compilerPath(), [`-print-file-name=${library}`]);
    const path = output.trim();
    if (path === library) throw new SetupError(`${library} was not found; it comes with GCC`);
    return path;
  });
  return (await Promise.all(paths)).join(' ');
}

/** For a run that tells what was never freed. Node and V8 leave nothing at their ends that the addon has not asked for. */
export async function leakEnvironment() {
  const env = await variantEnvironment('address');
  return {
    ...env,
    ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1:fast_unwind_on_malloc=0',
  };
}
