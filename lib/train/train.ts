/** The training loop. */
import { setImmediate } from 'node:timers/promises';
import { describe, requireArity } from '../core/errors';
import { withGeneratorAsync } from '../core/generator';
import type { AnyModule } from '../nn';
import { LRScheduler, ReduceLROnPlateau } from '../optim/lrScheduler';
import { samplesIn } from './batch';
import { Interrupt } from './interrupt';
import { Modes } from './modes';
import { planOf, type Plan } from './options';
import { startEpoch } from './epochProgress';
import { LossCheck } from './nonFinite';
import { batchesOf, LoaderSnapshot, stopped, type RequestHooks } from './pass';
import { Saver } from './saver';
import { TrainingState } from './state';
import { Steps } from './steps';
import type {
  Batches,
  BatchResult,
  Callbacks,
  PassResult,
  History,
  StopReason,
  TrainOptions,
} from './types';

/**
 * Trains a model for a number of epochs.
 *
 * Steps are compiled. Steps of more than 4 ms run on a background thread; between shorter ones, other events run every
 * 5 ms. During training, callbacks may read the model and the optimizer; other code must not use them. A model in
 * evaluation mode is put into training mode until `train` ends; submodules of a model in training mode may stay in
 * evaluation mode.
 *
 * Ctrl-C, SIGTERM and `signal` stop the run after the current step: `train` saves a checkpoint and resolves. The same
 * call with `resume: true` continues the run with bit-identical results, if the loader has a state, as a DataLoader
 * has, or yields the same batches in each epoch.
 *
 * @param options model, loss, optimizer, data and more; see TrainOptions
 * @returns a promise of the results of all epochs, the best epoch, and why the run ended
 * @throws TypeError, RangeError (the promise rejects) if an option is invalid
 * @throws AnomalyError (the promise rejects) at the first NaN or infinity, with `detectAnomaly`
 * @throws Error (the promise rejects) any error of a step, a callback or the loader
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
  requireArity('train', arguments.length, 1);
  const plan = planOf(options);
  const interrupt = new Interrupt(plan.signal, plan.handleSignals);
  const modes = new Modes(plan.model);
  try {
    return await withGeneratorAsync(plan.generator, () => new Training(plan, interrupt).run());
  } finally {
    interrupt.remove();
    modes.restore();
  }
}

const yieldInterval = 5; // ms between turns of the event loop

/** A validation pass that is stopped is undone completely. */
const validationHooks: RequestHooks = {
  mayStop: () => true,
  beforeRequest: () => undefined,
  undoRequest: () => undefined,
};

/** One training run. */
class Training {
  private readonly state: TrainingState;
  private readonly steps: Steps;
  private readonly saver: Saver;
  /** The modes of the model in training. */
  private modes: Modes;
  private readonly lossCheck: LossCheck;
  /** Whether a loss that is not finite ends the run. */
  private diverged = false;
  private lastYield = performance.now();
  /** Whether a callback is called after each batch. */
  private readonly hasBatchCallbacks: boolean;

  constructor(
    private readonly plan: Plan,
    private readonly interrupt: Interrupt,
  ) {
    this.state = new TrainingState(plan.metrics);
    this.steps = new Steps(plan);
    this.saver = new Saver(plan, this.state);
    this.lossCheck = new LossCheck(plan.onNonFinite);
    this.hasBatchCallbacks = plan.callbacks.some((callbacks) => callbacks.onBatchEnd !== undefined);
    if (!plan.model.training) plan.model.train();
    this.modes = new Modes(plan.model);
  }

  async run(): Promise<History> {
    const { plan, state } = this;
    state.nextEpoch();
    const resumedFrom = await this.saver.resume();
    const { epoch, step } = state;
    await this.notify('onTrainStart', { epoch: epoch + 1, step, resumedFrom });
    let stopReason: StopReason = 'completed';
    while (state.epoch < plan.epochs && state.waited < plan.patience) {
      if (!(await this.epoch())) break;
    }
    if (this.diverged) stopReason = 'nonFinite';
    else if (state.waited >= plan.patience) stopReason = 'earlyStopping';
    else if (state.epoch < plan.epochs) stopReason = this.interrupt.reason ?? stopReason;
    if (!this.diverged) await this.save();
    if (plan.keepBest && state.best?.model) plan.model.loadStateDict(state.best.model);
    if (stopReason === 'interrupted') this.reportInterrupt();
    const { results: epochs, best } = state;
    const history: History = {
      epochs,
      best: best && { epoch: best.epoch, value: best.value },
      stopReason,
      steps: state.step,
      checkpoint: this.saver.path,
      bestCheckpoint: this.saver.bestPath,
      resumedFrom,
    };
    await this.notify('onTrainEnd', history);
    return history;
  }

  /** Runs one epoch, or the rest of it; false if a stop was requested. */
  private async epoch(): Promise<boolean> {
    const { plan, state } = this;
    if (this.interrupt.reason !== null) return false;
    if (state.trained === null) {
      if (!plan.model.training) this.modes.restore(); // a callback left it in evaluation mode
      const batches = lengthOf(plan.loader);
      await this.notify('onEpochStart', { epoch: state.epoch + 1, epochs: plan.epochs, batches });
      if (!(await this.batches(batches))) return false;
      if (plan.model.training) this.modes = new Modes(plan.model);
      state.trained = this.passResult(state.lossSum, state.samples);
    }
    let validation: PassResult | null = null;
    if (plan.validation !== null) {
      validation = await this.validate(plan.validation);
      if (validation === null) return false;
    }
    await this.finishEpoch(state.trained, validation);
    return true;
  }

  /** Runs the batches that are left of the epoch. */
  private async batches(batches: number | null): Promise<boolean> {
    const { plan, state } = this;
    const order = startEpoch(plan.loader, state);
    let accumulated = 0; // batches whose gradients belong to a step that is not done
    let start = performance.now();
    // Accumulated gradients are not saved, so the run stops after their step. After the last batch, the loop ends.
    const mayStop = (): boolean => accumulated === 0 && state.batch !== batches;
    for await (const batch of batchesOf('loader', plan.loader, this.interrupt, {
      ...order,
      mayStop,
    })) {
      if (batch === stopped) {
        await this.save();
        return false;
      }
      if (order.skips()) continue;
      const [first, last] = [accumulated === 0, accumulated + 1 === plan.gradientAccumulationSteps];
      const loss = await this.steps.train(batch, { first, last });
      const samples = samplesIn(batch);
      state.batch++;
      if (this.stopsAt(loss, 'training', state.batch)) return false;
      state.samples += samples;
      state.lossSum += loss * samples;
      accumulated = last ? 0 : accumulated + 1;
      if (last) state.step++;
      state.seconds += (performance.now() - start) / 1000;
      if (this.hasBatchCallbacks) await this.notify('onBatchEnd', this.batchResult(batches, loss));
      await this.yieldToEvents();
      // Not after the last batch: the loader has not ended its epoch yet.
      if (last && state.batch !== batches && !(await this.saveIfDue())) return false;
      start = performance.now();
    }
    order.end();
    if (state.batch === 0)
      throw new RangeError(
        'train: loader yielded no batches; check the length of the dataset, batchSize and dropLast',
      );
    if (accumulated > 0) {
      this.steps.finish(accumulated);
      state.step++;
    }
    state.seconds += (performance.now() - start) / 1000;
    return true;
  }

  /** Saves after a step if a checkpoint is due or a stop is requested; false for a stop. */
  private async saveIfDue(): Promise<boolean> {
    const { interrupt, plan, state } = this;
    const stop = interrupt.reason !== null;
    // Saved here, because after the loop the epoch of the loader has ended.
    if (stop || state.step % (plan.checkpoint?.everySteps ?? Infinity) === 0) await this.save();
    return !stop;
  }

  /** Runs the validation; null if a stop was requested, and then the pass is undone. */
  private async validate(loader: Batches<unknown>): Promise<PassResult | null> {
    const snapshot = new LoaderSnapshot(loader);
    const modes = new Modes(this.plan.model);
    let lossSum = 0;
    let samples = 0;
    let batches = 0;
    let interrupted = false;
    this.plan.model.eval();
    this.state.resetMetrics();
    for await (const batch of batchesOf('validation', loader, this.interrupt, validationHooks)) {
      interrupted = batch === stopped;
      if (interrupted) break;
      const count = samplesIn(batch);
      const loss = await this.steps.validate(batch);
      lossSum += loss * count;
      samples += count;
      interrupted = this.stopsAt(loss, 'validation', ++batches);
      if (interrupted) break;
      await this.yieldToEvents();
      interrupted = this.interrupt.reason !== null;
      if (interrupted) break;
    }
    modes.restore();
    if (interrupted) {
      snapshot.restore();
      return null;
    }
    if (samples === 0) throw new RangeError('train: validation yielded no samples');
    return this.passResult(lossSum, samples);
  }

  /** Whether the run stops because of this loss. */
  private stopsAt(loss: number, phase: 'training' | 'validation', batch: number): boolean {
    this.diverged = this.lossCheck.stopsAt(loss, { phase, epoch: this.state.epoch + 1, batch });
    return this.diverged;
  }

  private passResult(lossSum: number, samples: number): PassResult {
    const values = [...this.plan.metrics].map(
      ([name, metric]) => [name, metric.compute()] as const,
    );
    return { loss: lossSum / samples, metrics: Object.fromEntries(values) };
  }

  private async finishEpoch(training: PassResult, validation: PassResult | null): Promise<void> {
    const { plan, state } = this;
    const { seconds, samples } = state;
    const { lr } = plan.optimizer;
    const epoch = ++state.epoch;
    const speed = samples / seconds;
    const result = { epoch, ...training, validation, lr, seconds, samplesPerSecond: speed };
    state.results.push(result);
    const value = this.monitored(validation ?? training);
    const isBest = state.compare(value, plan);
    if (plan.scheduler instanceof ReduceLROnPlateau) plan.scheduler.step(value);
    else if (plan.schedulerInterval === 'epoch' && plan.scheduler instanceof LRScheduler) {
      plan.scheduler.step();
    }
    state.nextEpoch();
    await this.notify('onEpochEnd', result);
    const { every = Infinity, best = false } = plan.checkpoint ?? {};
    if (epoch % every === 0 || (isBest && best)) await this.save(isBest && best);
  }

  private monitored({ loss, metrics }: PassResult): number {
    const { monitor } = this.plan;
    const value = monitor === 'loss' ? loss : metrics[monitor];
    if (typeof value === 'number') return value;
    throw new TypeError(
      `train: the monitored metric '${monitor}' is ${describe(value)}, not a number; monitor another one`,
    );
  }

  private async save(best = false): Promise<void> {
    const path = await this.saver.save(best);
    if (path !== null) await this.notify('onCheckpoint', path);
  }

  // --- Callbacks
  // ------------------------------------------------------------------------------------------------------

  private async notify<Name extends keyof Callbacks>(
    name: Name,
    argument: Parameters<NonNullable<Callbacks[Name]>>[0],
  ): Promise<void> {
    let called = false;
    for (const callbacks of this.plan.callbacks) {
      const callback = callbacks[name] as ((value: typeof argument) => unknown) | undefined;
      if (callback === undefined) continue;
      called = true;
      await callback.call(callbacks, argument);
    }
    // Callbacks may change values that compiled steps have frozen. A comparison after each batch would take too long.
    if (called && name !== 'onBatchEnd') this.steps.compareNext();
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

  private reportInterrupt(): void {
    if (this.plan.callbacks.some((callbacks) => callbacks.onTrainEnd !== undefined)) return;
    const { epoch, step } = this.state;
    const where = `train: stopped in epoch ${epoch + 1} after step ${step}`;
    const next =
      this.saver.path === null
        ? 'not saved, because there is no option checkpoint'
        : `saved as ${this.saver.path}; to continue, call train with resume: true`;
    console.error(`${where}; ${next}`);
  }

  /** Lets other events run. */
  private async yieldToEvents(): Promise<void> {
    if (performance.now() - this.lastYield < yieldInterval) return;
    await setImmediate();
    this.lastYield = performance.now();
  }
}

/** The number of batches, if the loader has a length. */
function lengthOf(loader: object): number | null {
  const { length } = loader as { length?: unknown };
  return Number.isFinite(length) ? (length as number) : null;
}
