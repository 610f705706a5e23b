// Step 3: the addon, by cmake-js in a clone and by CMake alone in an installed package.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { instructionSet } from './cpu.mjs';
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

/** Where the addon with the kernels for every instruction set is built: for packages and benchmarks. */
export const allTargets = { folder: 'build/all-targets', portable: true };

/** Where a build is, from the settings below. */
export function addonPath({ folder = 'build', config = 'Release' } = {}) {
  return join(root, folder, config, 'blasgrad.node');
}

/**
 * Builds the addon when its sources or its toolchain have changed. Warnings are errors in a clone; with `strict` off
 * (whoever only wants to use the library, perhaps with a compiler newer than ours) a warning does not stop the build.
 * Kernels are compiled for this CPU alone, a third of the work, unless the build is `portable`. A build with other
 * settings goes to a folder of its own.
 */
export async function nativeAddon({
  strict = false,
  folder = 'build',
  config = 'Release',
  portable = false,
  options = {},
} = {}) {
  const addon = addonPath({ folder, config });
  const stampFile = `${folder}/.stamp`;
  const toolchainFile = `${folder}/.toolchain`;
  const compiler = compilerPath();
  const target = portable ? 'all' : await instructionSet(compiler);
  const given = { ...options, BLASGRAD_TARGET: target };
  const toolchain = { ...(await toolchainOptions(compiler)), config, options: given };
  const sources = fingerprint([...filesUnder('native'), 'CMakeLists.txt'], toolchain);
  const stamp = (werror) => `${sources} werror=${werror}\n`;
  const built = existsSync(addon) ? readStamp(stampFile) : '';
  if (built === stamp(true) || (!strict && built === stamp(false))) return;

  // CMake keeps its first choice of compiler and generator: a new one needs a new folder.
  if (readStamp(toolchainFile) !== JSON.stringify(toolchain))
    rmSync(join(root, folder), { recursive: true, force: true });
  rmSync(join(root, stampFile), { force: true });
  writeStamp(toolchainFile, JSON.stringify(toolchain));

  const where = folder === 'build' ? '' : ` to ${folder}`;
  const kinds = target === 'all' ? 'every instruction set' : target;
  await step(`compiling the addon for ${kinds}${where}`, async (progress) => {
    const build = (werror) =>
      compile({
        folder,
        config,
        options: { BLASGRAD_WERROR: werror ? 'ON' : 'OFF', ...given },
        progress,
      });
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
async function toolchainOptions(compiler) {
  const { output } = await run(compiler, ['--version']);
  return {
    compiler: [compiler, output.split('\n')[0]],
    node: [process.platform, process.arch],
    folder: root,
    tools: ['ninja', 'ccache'].map((name) => which(name) !== undefined),
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

async function compile({ folder, config, options, progress }) {
  const clean = !existsSync(join(root, folder, 'CMakeCache.txt'));
  const given = Object.entries(options);
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
  return buildTarget('blasgrad', {
    folder,
    onOutput: countFiles(progress, clean ? filesIn(folder) : undefined),
  });
}

/** Builds one target of CMakeLists.txt in a configured folder. */
export function buildTarget(target, { folder, onOutput }) {
  const jobs = String(availableParallelism());
  return run('cmake', ['--build', folder, '--target', target, '--parallel', jobs], {
    // Another clone's results serve as well.
    env: { CCACHE_BASEDIR: root, ...process.env },
    onOutput,
  });
}

/** How many files the addon has; those of the package's come on top. */
function filesIn(folder) {
  const commands = JSON.parse(readFileSync(join(root, folder, 'compile_commands.json'), 'utf8'));
  return commands.filter(({ file }) => !file.includes('/native/portable/')).length;
}

/** Reads the lines of ninja, `[3/35] Building CXX object ...`, or of make, which has a percentage in place of the counts. */
export function countFiles(progress, all) {
  let [files, rest] = [0, ''];
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const found = /^\[(?:\d+\/(\d+)|.*%)\] Building CXX object /.exec(line);
      if (!found) continue;
      files++;
      const total = found[1] ? Number(found[1]) - 1 : all; // ninja counts the linking too
      progress(total ? `${files} of ${total} files` : `file ${files}`);
    }
  };
}

/** CMakeLists.txt says in one sentence what is missing; CMake wraps it and adds a page around it. */
function explain(output) {
  const ours = /CMake Error at .*\(message\):\n((?: {2}.*\n)+)/.exec(output)?.[1];
  if (ours?.includes('blasgrad:')) return ours.replace(/\s+/g, ' ').trim();
  return `the addon does not compile:\n${usefulTail(output)}`;
}
