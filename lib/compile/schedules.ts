/** Steps learning-rate schedules for replays that run without JavaScript in between. */
import { allocateShared } from '../core/storage';
import type { Program } from './program';

export interface PlannedSchedules {
  /** The optimizer numbers that change; each has a row per step. */
  readonly targets: readonly Float64Array[];
  readonly tables: readonly Float64Array[];
  /** Sets the schedules to the state after `done` steps. */
  finish(done: number): void;
}

const none: PlannedSchedules = { targets: [], tables: [], finish: () => undefined };

/** Steps the schedules of a program `steps` times, and stores the numbers that they set. */
export function planSchedules(program: Program, steps: number): PlannedSchedules {
  const { scheduled, scheduledNumbers: targets } = program;
  if (scheduled.length === 0) return none;
  const before = scheduled.map((schedule) => schedule.stateDict());
  const groups = [...new Set(scheduled.flatMap(({ optimizer }) => optimizer.paramGroups))];
  const options = groups.map((group) => ({ ...group }));
  const tables = targets.map(
    (target) => allocateShared('float64', target.length * steps) as Float64Array,
  );
  const restore = (): void => {
    scheduled.forEach((schedule, i) => {
      schedule.loadStateDict(before[i]);
    });
    groups.forEach((group, i) => Object.assign(group, options[i]));
  };
  try {
    for (let step = 0; step < steps; step++) {
      for (const schedule of scheduled) schedule.step();
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
      for (let step = 0; step < done; step++) for (const schedule of scheduled) schedule.step();
    },
  };
}
