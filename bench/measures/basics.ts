/** The library's foundations: GEMM beside bare cblas, the price of a small op, loading, memory. */
import { loadScript } from '../contestants/load';
import { median } from '../contestants/timing';
import { buildC, interleave, runProgram, runScript, runTypeScript, type Figures } from '../runner';
import type { Line } from '../table';

function pick(figures: readonly Figures[], name: string): number {
  return median(figures.map((one) => Number(one[name])));
}

/** Speed of GEMM through the library as a fraction of a bare cblas_sgemm's. */
export function gemm(): Line {
  const program = buildC('gemm');
  const { c, ours } = interleave(7, {
    c: () => runProgram(program),
    ours: () => runTypeScript('gemm'),
  });
  if (c[0]['checksum'] !== ours[0]['checksum']) {
    throw new Error(
      `gemm: expected the checksum ${c[0]['checksum']} of the C program, got ${ours[0]['checksum']}`,
    );
  }
  const flops = 2 * 1024 ** 3;
  const speeds = { c: flops / pick(c, 'seconds') / 1e9, ours: flops / pick(ours, 'seconds') / 1e9 };
  const ratios = ours.map((one, i) => Number(c[i]['seconds']) / Number(one['seconds']));
  return {
    what: 'GEMM 1024^3 float32, one thread',
    ours: `${speeds.ours.toFixed(1)} GFLOP/s`,
    against: `bare cblas_sgemm ${speeds.c.toFixed(1)} GFLOP/s`,
    ratio: median(ratios),
    target: { atLeast: 0.97 },
  };
}

/** The price of an add of two 16-element tensors. */
export function add(): Line[] {
  const rounds = interleave(3, { ours: () => runTypeScript('add') }).ours;
  const line = (what: string, name: string, limit: number): Line => {
    const ns = pick(rounds, name);
    return {
      what,
      ours: `${ns.toFixed(0)} ns`,
      against: `budget ${limit} ns`,
      ratio: ns / limit,
      target: { atMost: 1 },
    };
  };
  return [
    line('add of 16 + 16 elements: native call', 'native', 300),
    line('the same with autograd', 'recorded', 1500),
  ];
}

/** Loading the built library in a fresh process. */
export function load(): Line {
  const rounds = interleave(9, { ours: () => runScript(loadScript) }).ours;
  const ms = pick(rounds, 'seconds') * 1e3;
  return {
    what: "require('blasgrad')",
    ours: `${ms.toFixed(1)} ms`,
    against: 'budget 40 ms',
    ratio: ms / 40,
    target: { atMost: 1 },
  };
}

/** Growth of resident memory over 200,000 eager steps, after the first tenth. */
export function memory(): Line {
  const one = runTypeScript('memory');
  const [before, after] = [Number(one['before']), Number(one['after'])];
  const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return {
    what: `200,000 eager steps of 2-10-10-1 (${Number(one['microseconds']).toFixed(1)} us each): RSS`,
    ours: size(after),
    against: `after warm-up ${size(before)}`,
    ratio: after / before,
    target: { atMost: 1.1 },
  };
}
