/** `npm run bench [-- NAME ...]`: measures blasgrad next to other libraries, prints the results and saves them. */
import { execFileSync } from 'node:child_process';
import { arch, platform, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { against, comparable } from './against';
import { installPeers } from './build';
import { holdTo, instructionSets } from './isa';
import { Roster } from './contestants';
import { add, gemm, load } from './measures/basics';
import { dtypes } from './measures/dtypes';
import { elementwise } from './measures/elementwise';
import { gather } from './measures/gather';
import { growth } from './measures/growth';
import { images } from './measures/images';
import { memory } from './measures/memory';
import { infer, steps, threads } from './measures/nets';
import { service } from './measures/service';
import { tune } from './measures/tune';
import { workers } from './measures/workers';
import type { Options } from './race';
import { mergeReports, type Report } from './report';
import { machineLine, writeResults, type Machine, type Result } from './results';
import { cleanEnvironment, root } from './runner';
import { tablesOf, targetsMet } from './table';
import workloads from './workloads.json';

const measures: Readonly<Record<string, (options: Options) => Report>> = {
  gemm,
  steps,
  infer,
  threads,
  workers,
  tune,
  memory,
  elementwise,
  dtypes,
  add,
  gather,
  load,
  growth,
  images,
  service,
};

const usage = `usage: npm run bench [-- [OPTIONS] NAME ...]

Compares the speed of blasgrad with C, PyTorch, TensorFlow.js and onnxruntime, as far as they are installed.

  NAME           a measure: ${Object.keys(measures).join(', ')}; default: all
  --rounds N     how often each library runs; the results are medians; default ${workloads.timing.rounds}
  --quick        run one short round, and save no results
  --out DIR      folder for the results; default bench/results
  --isa NAME     hold every contestant to an instruction set: ${instructionSets.join(', ')}
  --against DIR  compare with the checkout of blasgrad in DIR; its measures: ${comparable.join(', ')}
  --help         show this help
`;

/** The results of a measure with `--isa` have a section of their own. */
const sectionOf = (name: string, isa: string | undefined): string =>
  isa === undefined ? name : `${name} (${isa.toUpperCase()})`;

function machine(isa: string | undefined): Machine {
  const script = `process.stdout.write(JSON.stringify(require('blasgrad').backend.info()))`;
  const info = JSON.parse(
    execFileSync(process.execPath, ['-e', script], {
      cwd: root,
      env: cleanEnvironment(null),
      encoding: 'utf8',
    }),
  ) as Record<string, string | number>;
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: String(info['cpu']),
    cpus: Number(info['cpus']),
    coreType: String(info['coreType']),
    openblas: String(info['blasVersion']),
    simd: String(info['simdTarget']),
    defaultThreads: Number(info['threads']),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    blasgrad: String(info['version']),
    ...(isa !== undefined && { isa }),
  };
}

/** What the command line asks for. */
interface Given {
  readonly names: readonly string[];
  readonly options: Options;
  readonly keep: boolean;
  readonly other: string | undefined;
  readonly isa: string | undefined;
}

/** Reads the command line; null for --help. Throws an error with a sentence for the user. */
function readOptions(args: string[]): Given | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      against: { type: 'string' },
      isa: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  holdTo(values.isa);
  const known = values.against === undefined ? Object.keys(measures) : comparable;
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`expected one of ${known.join(', ')}, got '${unknown}'`);
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : workloads.timing.rounds));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(
      `expected an integer of at least 1 for --rounds, got '${values.rounds ?? ''}'`,
    );
  }
  const short = { samples: 3, seconds: 0.05, share: 0.05 };
  return {
    names: positionals.length > 0 ? positionals : known,
    other: values.against === undefined ? undefined : resolve(values.against),
    isa: values.isa,
    keep: !values.quick || values.out !== undefined,
    options: {
      rounds,
      ...(values.quick ? short : { ...workloads.timing, rounds, share: 1 }),
      roster: new Roster(),
      folder: values.out === undefined ? join(__dirname, 'results') : resolve(values.out),
      draw: !values.quick || values.out !== undefined,
    },
  };
}

function main(): number {
  let given: Given | null;
  try {
    given = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n${usage}`);
    return 2;
  }
  if (given === null) {
    console.log(usage);
    return 0;
  }
  const { names, options, keep, other, isa } = given;
  if (other !== undefined) {
    console.log(machineLine(machine(isa)));
    against(other, names, options);
    return 0;
  }
  installPeers();
  const where = machine(isa);
  const sections = Object.keys(measures).flatMap((name) =>
    [undefined, ...instructionSets].map((set) => sectionOf(name, set)),
  );
  console.log(machineLine(where));
  const fresh: Record<string, Result> = {};
  for (const name of names) {
    const start = performance.now();
    process.stderr.write(`measuring ${name} ...`);
    const report = measures[name](options);
    process.stderr.write(` ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    const section = sectionOf(name, isa);
    fresh[section] = { machine: where, ...report };
    if (keep) writeResults(options.folder, { [section]: fresh[section] }, sections);
  }
  const all = mergeReports(Object.values(fresh));
  console.log(tablesOf(all));
  const versions = Object.entries(all.versions).map(([who, version]) => `${who} ${version}`);
  if (versions.length > 0) console.log(versions.join(', '));
  console.log(targetsMet(all.ratios));
  return 0;
}

process.exitCode = main();
