/** Runs one sample of any kind. */
import type { Blob, Case } from './cases';
import { judge, type Verdict } from './forms';
import { judgeOptimizer, type OptimizerCase } from './optimizers';
import { judgeSchedule, type ScheduleCase } from './schedules';

export function verdictOf(target: string, one: Case, blob: Blob): Verdict {
  if (target.startsWith('optim.lrScheduler.')) return judgeSchedule(one as unknown as ScheduleCase);
  if (target.startsWith('optim.')) return judgeOptimizer(one as unknown as OptimizerCase, blob);
  return judge(target, one, blob);
}
