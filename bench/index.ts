/** `npm run bench [-- NAME ...]`: measures, beside peers, in one run, and prints ratios. */
import { parseArgs } from 'node:util';
import { add, gemm, load, memory } from './measures/basics';
import { elementwise, steps } from './measures/eager';
import { runScript } from './runner';
import { tableOf, type Line } from './table';

const measures: Readonly<Record<string, () => Line | Line[]>> = {
  gemm,
  add,
  load,
  memory,
  steps,
  elementwise,
};

const describeMachine = `
  const { backend } = require('blasgrad');
  process.stdout.write(JSON.stringify(backend.info()) + '\\n');
`;

function main(): number {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.find((name) => !(name in measures));
  if (unknown !== undefined) {
    console.error(`bench: expected one of ${Object.keys(measures).join(', ')}, got '${unknown}'`);
    return 2;
  }
  const info = runScript(describeMachine);
  console.log(
    `${info['cpu']}, ${info['cpus']} CPUs; Node ${process.version}; OpenBLAS ${info['blasVersion']} with core type ` +
      `${info['coreType']}; SIMD ${info['simdTarget']}; ${info['threads']} threads by default`,
  );
  const lines: Line[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(measures)) {
    process.stderr.write(`measuring ${name} ...\n`);
    lines.push(...[measures[name]()].flat());
  }
  console.log(tableOf(lines));
  return 0;
}

process.exitCode = main();
