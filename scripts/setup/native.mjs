// Step 3: the addon, by cmake-js in a clone and by CMake alone in an installed package.
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compilerPath } from './system.mjs';
import {
  filesUnder,
  fingerprint,
  packageProgram,
  readStamp,
  root,
  run,
  runNode,
  SetupError,
  step,
  usefulTail,
  which,
  writeStamp,
} from './tools.mjs';

/**
 * Builds the addon when its sources or its toolchain have changed. Warnings are errors in a clone; with `strict` off
 * (whoever only wants to use the library, perhaps with a compiler newer than ours) a warning does not stop the build.
 * A build with other CMake `options` goes to a folder of its own.
 */
export async function nativeAddon({
  strict = false,
  folder = 'build',
  config = 'Release',
  options = {},
} = {}) {
  const addon = `${folder}/${config}/blasgrad.node`;
  const stampFile = `${folder}/.stamp`;
  const toolchainFile = `${folder}/.toolchain`;
  const toolchain = { ...(await toolchainOptions()), config, options };
  const sources = fingerprint([...filesUnder('native'), 'CMakeLists.txt'], toolchain);
  const stamp = (werror) => `${sources} werror=${werror}\n`;
  const built = existsSync(join(root, addon)) ? readStamp(stampFile) : '';
  if (built === stamp(true) || (!strict && built === stamp(false))) return;

  // CMake keeps its first choice of compiler and generator: a new one needs a new folder.
  if (readStamp(toolchainFile) !== JSON.stringify(toolchain))
    rmSync(join(root, folder), { recursive: true, force: true });
  rmSync(join(root, stampFile), { force: true });
  writeStamp(toolchainFile, JSON.stringify(toolchain));

  const first = !existsSync(join(root, folder, 'CMakeCache.txt'));
  const label = `compiling the addon${folder === 'build' ? '' : ` to ${folder}`}`;
  const build = (werror) => compile({ werror, folder, config, options });
  await step(`${label}${first ? ' (a minute or two)' : ''}`, async () => {
    let werror = true;
    let result = await build(werror);
    if (result.code !== 0 && !strict && result.output.includes('[-Werror')) {
      werror = false;
      result = await build(werror);
    }
    if (result.code !== 0) throw new SetupError(explain(result.output));
    writeStamp(stampFile, stamp(werror));
  });
}

/** What decides how the addon is compiled, besides the sources. */
async function toolchainOptions() {
  const compiler = compilerPath();
  const { output } = await run(compiler, ['--version']);
  return {
    compiler: [compiler, output.split('\n')[0]],
    node: [process.platform, process.arch],
    folder: root,
    ninja: which('ninja') !== undefined,
    headers: fingerprint(nodeApiHeaders()),
    environment: ['OPENBLAS_ROOT', 'HWY_ROOT', 'CXXFLAGS', 'LDFLAGS'].map(
      (name) => process.env[name] ?? '',
    ),
  };
}

/** The headers of Node-API and node-addon-api: an installed package brings them, a clone has them from npm. */
export function nodeApiHeaders() {
  const folders = [
    'native/node-api',
    'node_modules/node-api-headers/include',
    'node_modules/node-addon-api',
  ];
  return folders
    .flatMap(filesUnder)
    .filter((file) => /\/(napi|node_api|js_native_api)[^/]*\.h$/.test(file));
}

async function compile({ werror, folder, config, options }) {
  const given = Object.entries({ BLASGRAD_WERROR: werror ? 'ON' : 'OFF', ...options });
  const configured = existsSync(join(root, 'node_modules/cmake-js'))
    ? await runNode(packageProgram('cmake-js'), [
        ...['configure', '--out', folder, '--config', config],
        ...given.map(([name, value]) => `--CD${name}=${value}`),
      ])
    : await run('cmake', [
        // An installed package has none of the tools: Node-API's headers are inside, and CMake finds them by itself.
        ...['-S', '.', '-B', folder, `-DCMAKE_BUILD_TYPE=${config}`],
        ...(which('ninja') ? ['-G', 'Ninja'] : []),
        ...given.map(([name, value]) => `-D${name}=${value}`),
      ]);
  if (configured.code !== 0) return configured;
  return buildTarget('blasgrad', folder);
}

/** Builds one target of CMakeLists.txt in a configured folder. */
export function buildTarget(target, folder = 'build') {
  const jobs = String(availableParallelism());
  return run('cmake', ['--build', folder, '--target', target, '--parallel', jobs]);
}

/** CMakeLists.txt says in one sentence what is missing; CMake wraps it and adds a page around it. */
function explain(output) {
  const ours = /CMake Error at .*\(message\):\n((?: {2}.*\n)+)/.exec(output)?.[1];
  if (ours?.includes('blasgrad:')) return ours.replace(/\s+/g, ' ').trim();
  return `the addon does not compile:\n${usefulTail(output)}`;
}
