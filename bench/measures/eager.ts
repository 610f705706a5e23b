/** The eager path beside PyTorch's, one thread each. */
import { median } from '../contestants/timing';
import { interleave, runPython, runTypeScript, torchPython, type Figures } from '../runner';
import type { Line } from '../table';
import workloads from '../workloads.json';

/** PyTorch's time over ours, round by round. */
function ratio(ours: readonly Figures[], torch: readonly Figures[], name: string): number {
  return median(ours.map((one, i) => Number(torch[i][name]) / Number(one[name])));
}

function micro(figures: readonly Figures[], name: string): string {
  return `${(median(figures.map((one) => Number(one[name]))) * 1e6).toFixed(1)} us`;
}

const stepTargets: Readonly<Record<string, number>> = {
  '2-10-10-1': 4,
  '784-64-10': 2.5,
  '784-512-512-10': 1.1,
};
const cheap = ['add', 'mul'];

/** A training step of three nets. */
export function steps(): Line[] {
  const python = torchPython();
  if (python === null) return [];
  return Object.keys(workloads.steps).map((name) => {
    const { ours, torch } = interleave(5, {
      ours: () => runTypeScript('step', name),
      torch: () => runPython(python, 'step', name),
    });
    const losses = [Number(ours[0]['loss']), Number(torch[0]['loss'])];
    if (!(Math.abs(losses[0] - losses[1]) <= 1e-3 * Math.abs(losses[1]) + 1e-6)) {
      throw new Error(
        `step of ${name}: expected PyTorch's loss ${losses[1]} after 20 steps, got ${losses[0]}`,
      );
    }
    return {
      what: `eager step of ${name}`,
      ours: micro(ours, 'seconds'),
      against: `PyTorch ${torch[0]['version']} ${micro(torch, 'seconds')}`,
      ratio: ratio(ours, torch, 'seconds'),
      target: { atLeast: stepTargets[name] },
    };
  });
}

/** Functions of 1M float32 elements. */
export function elementwise(): Line[] {
  const python = torchPython();
  if (python === null) return [];
  const { ours, torch } = interleave(5, {
    ours: () => runTypeScript('elementwise'),
    torch: () => runPython(python, 'elementwise'),
  });
  return workloads.elementwise.ops.map((name) => ({
    what: `${name} of 1M float32`,
    ours: micro(ours, name),
    against: `PyTorch ${micro(torch, name)}`,
    ratio: ratio(ours, torch, name),
    target: { atLeast: cheap.includes(name) ? 0.7 : 1 },
  }));
}
