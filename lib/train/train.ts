/** The loop of a training. */
import { setImmediate } from 'node:timers/promises';
import { unexpected, wrongType } from '../core/errors';
import type { AnyModule } from '../nn';
import { LRScheduler, ReduceLROnPlateau } from '../optim/lrScheduler';
import { samplesIn } from './batch';
import { Interrupt } from './interrupt';
import { planOf, type Plan } from './options';
import { beginOrder } from './order';
import { batchesOf, Standing, stopped, type Asking } from './pass';
import { Saver } from './saver';
import { TrainingState } from './state';
import { Steps } from './steps';
import type {
  Batches,
  BatchResult,
  Callbacks,
  Figures,
  History,
  StopReason,
  TrainOptions,
} from './types';

/**
 * Trains a model, and resolves to what came out of each epoch. Steps are compiled; long ones run beside the event loop,
 * and between short ones it gets its turn every few milliseconds. Meanwhile model and optimizer belong to the training:
 * callbacks may look at them, other code takes a copy.
 *
 * Ctrl-C, or `signal`, stops after the step that is running: a checkpoint is saved, and the promise resolves. The same
 * call with `resume: true` goes on from there exactly as if nothing had happened, if the loader has a state, as
 * DataLoader does, or gives the same batches each time. Rejects with what a step, callback or loader throws; with
 * `detectAnomaly` with an AnomalyError at the first NaN or infinity.
 *
 * @example
 * const history = await train({
 *   model,
 *   loss: F.crossEntropy,
 *   optimizer: new optim.Adam(model.parameters()),
 *   loader: new data.DataLoader(digits, { batchSize: 64, shuffle: true }),
 *   validation: new data.DataLoader(others, { batchSize: 1000 }),
 *   metrics: { accuracy: metrics.accuracy() },
 *   epochs: 20,
 *   earlyStopping: { patience: 3 },
 *   checkpoint: { dir: 'runs/digits' },
 * });
 */
export async function train<Batch, Model extends AnyModule>(
  options: TrainOptions<Batch, Model>,
): Promise<History> {
  const plan = planOf(options);
  const interrupt = new Interrupt(plan.signal, plan.handleSignals);
  const modes = Array.from(plan.model.modules(), (one) => [one, one.training] as const);
  try {
    return await new Training(plan, interrupt).run();
  } finally {
    interrupt.remove();
    for (const [one, training] of modes) one.training = training;
  }
}

const turn = 5; // ms between turns of the event loop

/** Validation puts back all of a pass that was stopped. */
const waits: Asking = { mayStop: () => true, asks: () => undefined, takesBack: () => undefined };

class Training {
  private readonly state: TrainingState;
  private readonly steps: Steps;
  private readonly saver: Saver;
  private lastTurn = performance.now();
  /** Whether anybody wants to know of each batch. */
  private readonly listens: boolean;

  constructor(
    private readonly plan: Plan,
    private readonly interrupt: Interrupt,
  ) {
    this.state = new TrainingState(plan.metrics);
    this.steps = new Steps(plan);
    this.saver = new Saver(plan, this.state);
    this.listens = plan.callbacks.some((one) => one.onBatchEnd !== undefined);
  }

  async run(): Promise<History> {
    const { plan, state } = this;
    state.nextEpoch();
    const resumedFrom = await this.saver.resume();
    const { epoch, step } = state;
    await this.tell('onTrainStart', { epoch: epoch + 1, step, resumedFrom });
    let stopped: StopReason = 'epochs';
    while (state.epoch < plan.epochs && state.waited < plan.patience) {
      if (!(await this.epoch())) break;
    }
    if (state.waited >= plan.patience) stopped = 'earlyStopping';
    else if (state.epoch < plan.epochs) stopped = this.interrupt.reason ?? stopped;
    await this.save();
    if (plan.keepBest && state.best?.model) plan.model.loadStateDict(state.best.model);
    if (stopped === 'interrupt') this.sayHowToGoOn();
    const { results: epochs, best } = state;
    const history: History = {
      epochs,
      best: best && { epoch: best.epoch, value: best.value },
      stopped,
      steps: state.step,
      checkpoint: this.saver.path,
      resumedFrom,
    };
    await this.tell('onTrainEnd', history);
    return history;
  }

  /** One epoch, or the rest of it; false if something asked to stop in it. */
  private async epoch(): Promise<boolean> {
    const { plan, state } = this;
    if (this.interrupt.reason !== null) return false;
    if (state.trained === null) {
      plan.model.train();
      const batches = lengthOf(plan.loader);
      await this.tell('onEpochStart', { epoch: state.epoch + 1, epochs: plan.epochs, batches });
      if (!(await this.batches(batches))) return false;
      state.trained = this.figures(state.lossSum, state.samples);
    }
    let validation: Figures | null = null;
    if (plan.validation !== null) {
      validation = await this.validate(plan.validation);
      if (validation === null) return false;
    }
    await this.finishEpoch(state.trained, validation);
    return true;
  }

  /** The batches of an epoch that are still to come. */
  private async batches(batches: number | null): Promise<boolean> {
    const { plan, state } = this;
    const order = beginOrder(plan.loader, state);
    let waiting = 0; // batches whose gradients wait for a step
    let mark = performance.now();
    // Gradients that wait are not saved: their step comes first. After the last batch the loader just ends.
    const mayStop = (): boolean => waiting === 0 && state.batch !== batches;
    for await (const batch of batchesOf(plan.loader, this.interrupt, { ...order, mayStop })) {
      if (batch === stopped) {
        await this.save();
        return false;
      }
      if (order.skips()) continue;
      const [first, last] = [waiting === 0, waiting + 1 === plan.accumulate];
      const loss = await this.steps.train(batch, { first, last });
      const samples = samplesIn(batch);
      state.batch++;
      state.samples += samples;
      state.lossSum += loss * samples;
      waiting = last ? 0 : waiting + 1;
      if (last) state.step++;
      state.seconds += (performance.now() - mark) / 1000;
      if (this.listens) await this.tell('onBatchEnd', this.batchResult(batches, loss));
      await this.takeTurn();
      // At the end of an epoch the loader has not said so yet: the loop ends by itself.
      if (last && state.batch !== batches && !(await this.mayGoOn())) return false;
      mark = performance.now();
    }
    order.end();
    if (state.batch === 0) throw unexpected('train', 'at least one batch', 'loader', 'none');
    if (waiting > 0) {
      this.steps.finish(waiting);
      state.step++;
    }
    state.seconds += (performance.now() - mark) / 1000;
    return true;
  }

  /** After a step: saves if it is time, or if something asked to stop; false for the latter. */
  private async mayGoOn(): Promise<boolean> {
    const { interrupt, plan, state } = this;
    const stop = interrupt.reason !== null;
    // Saved here: outside of the loop the loader's epoch is over.
    if (stop || state.step % (plan.checkpoint?.everySteps ?? Infinity) === 0) await this.save();
    return !stop;
  }

  /** The figures of validation; null if something asked to stop, as if it had not begun. */
  private async validate(loader: Batches<unknown>): Promise<Figures | null> {
    const before = new Standing(loader);
    let lossSum = 0;
    let samples = 0;
    let interrupted = false;
    this.plan.model.eval();
    this.state.resetMetrics();
    for await (const batch of batchesOf(loader, this.interrupt, waits)) {
      interrupted = batch === stopped;
      if (interrupted) break;
      const own = samplesIn(batch);
      lossSum += (await this.steps.validate(batch)) * own;
      samples += own;
      await this.takeTurn();
      interrupted = this.interrupt.reason !== null;
      if (interrupted) break;
    }
    if (interrupted) {
      before.restore();
      return null;
    }
    if (samples === 0) throw unexpected('train', 'at least one sample', 'validation', 'none');
    return this.figures(lossSum, samples);
  }

  private figures(lossSum: number, samples: number): Figures {
    const values = [...this.plan.metrics].map(([name, one]) => [name, one.compute()] as const);
    return { loss: lossSum / samples, metrics: Object.fromEntries(values) };
  }

  private async finishEpoch(own: Figures, validation: Figures | null): Promise<void> {
    const { plan, state } = this;
    const { seconds, samples } = state;
    const { lr } = plan.optimizer;
    const epoch = ++state.epoch;
    const speed = samples / seconds;
    const result = { epoch, ...own, validation, lr, seconds, samplesPerSecond: speed };
    state.results.push(result);
    const value = this.monitored(validation ?? own);
    state.compare(value, plan);
    if (plan.scheduler instanceof ReduceLROnPlateau) plan.scheduler.step(value);
    else if (plan.schedulerPer === 'epoch' && plan.scheduler instanceof LRScheduler) {
      plan.scheduler.step();
    }
    state.nextEpoch();
    await this.tell('onEpochEnd', result);
    if (epoch % (plan.checkpoint?.every ?? Infinity) === 0) await this.save();
  }

  private monitored({ loss, metrics }: Figures): number {
    const { monitor } = this.plan;
    const value = monitor === 'loss' ? loss : metrics[monitor];
    if (typeof value === 'number') return value;
    throw wrongType('train', 'one number', `the monitor '${monitor}'`, value);
  }

  private async save(): Promise<void> {
    const path = await this.saver.save();
    if (path !== null) await this.tell('onCheckpoint', path);
  }

  // --- Telling --------------------------------------------------------------------------------------------------------

  private async tell<Name extends keyof Callbacks>(
    name: Name,
    what: Parameters<NonNullable<Callbacks[Name]>>[0],
  ): Promise<void> {
    for (const one of this.plan.callbacks) {
      await (one[name] as ((given: typeof what) => unknown) | undefined)?.call(one, what);
    }
  }

  private batchResult(batches: number | null, loss: number): BatchResult {
    const { epoch, batch, step, lossSum, samples, seconds } = this.state;
    return {
      epoch: epoch + 1,
      epochs: this.plan.epochs,
      batch,
      batches,
      step,
      loss,
      meanLoss: lossSum / samples,
      samplesPerSecond: samples / seconds,
    };
  }

  private sayHowToGoOn(): void {
    if (this.plan.callbacks.some((one) => one.onTrainEnd !== undefined)) return;
    const { epoch, step } = this.state;
    const where = `train: stopped in epoch ${epoch + 1} after step ${step}`;
    const next =
      this.saver.path === null
        ? 'nothing was saved, for want of a checkpoint option'
        : `saved as ${this.saver.path}; the same call with resume: true goes on from there`;
    console.error(`${where}; ${next}`);
  }

  /** Lets other events happen. */
  private async takeTurn(): Promise<void> {
    if (performance.now() - this.lastTurn < turn) return;
    await setImmediate();
    this.lastTurn = performance.now();
  }
}

/** The number of batches, if the loader says it. */
function lengthOf(loader: object): number | null {
  const { length } = loader as { length?: unknown };
  return Number.isFinite(length) ? (length as number) : null;
}
