// Helpers of the set-up steps: running programs, finding files, and stamps of finished work.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants as access,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './progress.mjs';
import { yesOption } from './question.mjs';

export { say, step } from './progress.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const { resolve } = createRequire(join(root, 'package.json'));

/** An error whose message is enough for the user; printed without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program and resolves to its exit code and its output (stdout and stderr in the order they arrive). `onOutput` also
 * gets the output, in chunks. With `inherit`, the program uses the terminal. If it cannot be started, the code is 127.
 */
export function run(command, args, { inherit = false, input, env, onOutput = () => {} } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: inherit ? 'inherit' : [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
      onOutput(chunk);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.stdin?.on('error', () => {}); // the program may exit before it has read everything
    child.stdin?.end(input);
    // A program on the terminal receives Ctrl-C itself and decides when to exit. SIGTERM is passed on.
    const signals = { SIGINT: () => {}, SIGTERM: () => child.kill() };
    if (inherit) for (const [name, act] of Object.entries(signals)) process.on(name, act);
    const end = (result) => {
      for (const [name, act] of Object.entries(signals)) process.off(name, act);
      done(result);
    };
    child.on('error', (error) => end({ code: 127, output: error.message }));
    child.on('close', (code, signal) => {
      if (signal && inherit) say(`stopped by ${signal}`);
      end({ code: code ?? 128 + constants.signals[signal], output });
    });
  });
}

/** Runs a script with the Node that runs this one. */
export function runNode(script, args, options) {
  return run(process.execPath, [script, ...args], options);
}

export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, access.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** All files in a folder of the project, relative to the root and sorted, without node_modules. */
export function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** A hash of the names and contents of files (missing files count as empty) and of other facts. */
export function fingerprint(files, facts = []) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of files) {
    hash.update(`\0${file}\0`);
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** The package.json of an npm package, hoisted or not. */
function manifest(name) {
  let path;
  try {
    path = resolve(`${name}/package.json`);
  } catch {
    throw new SetupError(`the npm package ${name} is not installed; run npm ci`);
  }
  return { ...JSON.parse(readFileSync(path, 'utf8')), folder: dirname(path) };
}

export function packageVersion(name) {
  return manifest(name).version;
}

/** The path of the script of an npm package's command, for runNode. */
export function packageProgram(name, command = name) {
  const { bin, folder } = manifest(name);
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

export function readStamp(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return '';
  }
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), stamp);
}

/** The useful part of a tool's output: from its first error on, or else its end. */
export function usefulTail(output, lines = 40) {
  const all = output.trimEnd().split('\n');
  const firstError = all.findIndex((line) => /\berror\b/i.test(line));
  const from = firstError >= 0 ? firstError : Math.max(0, all.length - lines);
  const shown = all.slice(from, from + lines);
  const left = all.length - from - shown.length;
  return [...shown, ...(left > 0 ? [`... ${left} more lines`] : [])].join('\n');
}

/**
 * Runs `work` with the command line's arguments, without --yes, if this module is the program itself, and prints
 * errors.
 */
export function main(moduleUrl, work) {
  const program = process.argv[1] ?? '';
  // import.meta.url is the real path; the program may have been started through a link.
  if (!existsSync(program) || realpathSync(program) !== fileURLToPath(moduleUrl)) return;
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(`blasgrad needs Node.js 20 or newer; this is ${process.version}.`);
    process.exit(1);
  }
  work(process.argv.slice(2).filter((arg) => arg !== yesOption)).catch((error) => {
    say(error instanceof SetupError ? error.message : error.stack);
    process.exitCode = 1;
  });
}
