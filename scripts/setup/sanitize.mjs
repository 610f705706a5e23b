// BLASGRAD_SANITIZE=address,undefined npm run unit   builds the addon with sanitizers and runs the tests with them.
import { compilerPath } from './system.mjs';
import { run } from './tools.mjs';

/** What Node needs in its environment to load an addon that was built with sanitizers. */
export async function sanitizerEnvironment() {
  const sanitizers = process.env.BLASGRAD_SANITIZE;
  if (!sanitizers || process.platform !== 'linux') return {};
  const runtime = { address: 'libasan.so', thread: 'libtsan.so', undefined: 'libubsan.so' };
  const first = ['address', 'thread', 'undefined'].find((name) => sanitizers.includes(name));
  // libstdc++ as well, or the first exception ends the process: Node has one of its own inside.
  const paths = [runtime[first], 'libstdc++.so'].map(async (library) => {
    const { output } = await run(compilerPath(), [`-print-file-name=${library}`]);
    return output.trim();
  });
  return {
    LD_PRELOAD: (await Promise.all(paths)).join(' '),
    ASAN_OPTIONS: 'detect_leaks=0', // Node itself does not free everything at exit
  };
}
