#!/usr/bin/env node
/** `npx blasgrad info`: versions, CPU, BLAS and measured speed of this installation, and warnings. */
import { createRequire } from 'node:module';
import type * as blasgrad from 'blasgrad';

const usage = `usage: blasgrad info [--json]

Prints versions, CPU, BLAS core type, SIMD instruction set, threads, CPU quota, the measured speed of a matrix
product, and warnings about this installation. This takes about a second.

  --json   print the same information as one line of JSON
  --help   print this text`;

type Library = typeof blasgrad;

function main(args: readonly string[]): number {
  const [command, ...options] = args;
  const unknown = options.find((option) => option !== '--json');
  if (command !== 'info' || unknown !== undefined) {
    const isHelp = args.some((arg) => arg === '--help' || arg === '-h' || arg === 'help');
    (isHelp ? console.log : console.error)(usage);
    return isHelp ? 0 : 2;
  }
  let library: Library;
  try {
    library = createRequire(__filename)('blasgrad') as Library;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const info = library.backend.info();
  const speed = library.backend.measure();
  const { node, napi, v8 } = process.versions;
  const versions = { node, nodeApi: napi, v8 };
  const text = JSON.stringify({ ...info, ...versions, ...speed });
  console.log(options.includes('--json') ? text : table(info, speed));
  return 0;
}

function table(info: blasgrad.backend.BackendInfo, speed: blasgrad.backend.BackendSpeed): string {
  const gflops = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} GFLOP/s`;
  const ofPeak = (value: number, cores: number): string =>
    `${gflops(value)}, ${Math.round((100 * value) / (cores * speed.corePeak))} % of the peak`;
  const cores = Math.min(speed.threads, info.cpus, info.quota ?? Infinity);
  const rows: [name: string, value: string][] = [
    ['blasgrad', info.version],
    [
      'Node',
      `${process.version}, Node-API ${process.versions['napi'] ?? '?'}, ${process.platform}-${process.arch}`,
    ],
    ['BLAS', `${info.blas} ${info.blasVersion}, core type ${info.coreType}`],
    ['SIMD target', info.simdTarget === 'AVX3' ? 'AVX3 (AVX-512)' : info.simdTarget],
    ['CPU', info.cpu],
    ['CPUs', `${info.cpus} available to this process`],
    ['CPU quota', info.quota === null ? 'none' : `${info.quota} CPUs`],
    ['threads', `${info.threads}`],
    ['peak of one core', `${gflops(speed.corePeak)} (float32 multiply-adds)`],
    ['matrix product', `${ofPeak(speed.oneThread, 1)}, 1 thread (1024 x 1024)`],
  ];
  if (speed.threads > 1) {
    rows.push([
      '',
      `${ofPeak(speed.allThreads, cores)} of ${cores} cores, ${speed.threads} threads`,
    ]);
  }
  const warnings = info.warnings.map((warning): [string, string] => ['warning', warning]);
  rows.push(...(warnings.length > 0 ? warnings : [['warnings', 'none'] as [string, string]]));
  return rows.map(([name, value]) => `${name.padEnd(18)}${value}`).join('\n');
}

process.exitCode = main(process.argv.slice(2));
