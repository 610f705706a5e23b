// Step 3: builds the addon, with cmake-js in a clone, and with CMake alone in an installed package.
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

/** The build of the addon with kernels for all instruction sets, for packages and benchmarks. */
export const allTargets = { folder: 'build/all-targets', portable: true };

/** The path of the addon of a build. */
export function addonPath({ folder = 'build', config = 'Release' } = {}) {
  return join(root, folder, config, 'blasgrad.node');
}

/**
 * Builds the addon if its sources or its toolchain have changed. Warnings are errors; without `strict`, a build that fails
 * with warnings is repeated without this, for newer compilers. Kernels are compiled for this CPU only, which takes a third
 * of the time, unless the build is `portable`. A build with other settings has its own folder.
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

  // CMake keeps its first choice of compiler and generator, so another choice needs an empty folder.
  if (readStamp(toolchainFile) !== JSON.stringify(toolchain))
    rmSync(join(root, folder), { recursive: true, force: true });
  rmSync(join(root, stampFile), { force: true });
  writeStamp(toolchainFile, JSON.stringify(toolchain));

  const where = folder === 'build' ? '' : ` to ${folder}`;
  const kinds = target === 'all' ? 'all instruction sets' : target;
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

/** What the addon depends on besides its sources. */
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

/** The headers of Node-API and node-addon-api: inside an installed package, or from npm in a clone. */
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
        // An installed package does not have cmake-js. It contains Node-API's headers, which CMakeLists.txt finds.
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
    // Lets ccache use the results of other clones.
    env: { CCACHE_BASEDIR: root, ...process.env },
    onOutput,
  });
}

/** The number of files of the addon, without those that only the package's addon has. */
function filesIn(folder) {
  const commands = JSON.parse(readFileSync(join(root, folder, 'compile_commands.json'), 'utf8'));
  return commands.filter(({ file }) => !file.includes('/native/portable/')).length;
}

/** Reads the output of ninja, `[3/35] Building CXX object ...`, or of make, which prints percentages instead of counts. */
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

/** The sentence of CMakeLists.txt that says what is missing, without the lines that CMake adds. */
function explain(output) {
  const ours = /CMake Error at .*\(message\):\n((?: {2}.*\n)+)/.exec(output)?.[1];
  if (ours?.includes('blasgrad:')) return ours.replace(/\s+/g, ' ').trim();
  return `the addon does not compile:\n${usefulTail(output)}`;
}
