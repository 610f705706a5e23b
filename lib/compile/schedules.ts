/** Learning-rate schedules that take a step after every replay, when many replays run without JavaScript. */
import { allocateShared } from '../core/storage';
import type { Program } from './program';

export interface PlannedSchedules {
  /** The numbers of optimizers that change, and for each a row for every step. */
  readonly targets: readonly Float64Array[];
  readonly tables: readonly Float64Array[];
  /** Says how many steps were taken: schedules stand there afterwards. */
  finish(done: number): void;
}

const none: PlannedSchedules = { targets: [], tables: [], finish: () => undefined };

/** Takes the schedules of a program `steps` steps ahead, and writes down the numbers they set on the way. */
export function planSchedules(program: Program, steps: number): PlannedSchedules {
  const { scheduled, scheduledNumbers: targets } = program;
  if (scheduled.length === 0) return none;
  const before = scheduled.map((one) => one.stateDict());
  const groups = [...new Set(scheduled.flatMap(({ optimizer }) => optimizer.paramGroups))];
  const options = groups.map((group) => ({ ...group }));
  const tables = targets.map(
    (target) => allocateShared('float64', target.length * steps) as Float64Array,
  );
  const restore = (): void => {
    scheduled.forEach((one, i) => {
      one.loadStateDict(before[i]);
    });
    groups.forEach((group, i) => Object.assign(group, options[i]));
  };
  try {
    for (let step = 0; step < steps; step++) {
      for (const one of scheduled) one.step();
      targets.forEach((target, i) => {
        tables[i].set(target, step * target.length);
      });
    }
  } finally {
    restore();
  }
  return {
    targets,
    tables,
    finish: (done) => {
      for (let step = 0; step < done; step++) for (const one of scheduled) one.step();
    },
  };
}
