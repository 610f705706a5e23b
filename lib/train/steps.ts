/** The steps of training and validation, compiled or not. */
import { detectAnomaly, firstNonFinite, nonFiniteText } from '../autograd/anomaly';
import { noGrad } from '../core/gradMode';
import { compileStep, type Compiled, type Output } from '../compile';
import { unexpected, wrongType } from '../core/errors';
import { utils } from '../nn';
import { inPhase } from '../core/observer';
import { LRScheduler } from '../optim/lrScheduler';
import { Tensor } from '../core/tensor';
import { eachTensor, flatten, refill } from './batch';
import type { Metric } from './metrics';
import type { Plan } from './options';
import type { BatchLoss } from './types';

/** Whether a batch is the first of an optimizer step, and whether it is the last. */
export interface Role {
  readonly first: boolean;
  readonly last: boolean;
}

/** The result of a step: the loss, and output and target if metrics read values. */
interface Result {
  readonly loss: Tensor;
  readonly output?: Tensor;
  readonly target?: Tensor;
}

type Work = (batch: unknown) => Result;

// A step on a background thread takes 20 to 60 us more; a long step on this thread blocks the event loop.
const longStep = 4; // ms

/** A compiled step, and the shortest time of a replay, in ms. */
interface CompiledStep {
  readonly run: Compiled<Tensor[], Output>;
  /** The next step is run eagerly, and compared with the program. */
  requestComparison(): void;
  shortest: number;
  replays: number;
}

/** Runs the steps. */
export class Steps {
  private readonly compiled = new Map<string, CompiledStep>();
  /** How often the function of a compiled step ran, to be captured or compared. */
  private runs = 0;
  /** Whether a step made other calls than its program: then none is replayed any more. */
  private eager = false;
  private readonly inStep: readonly Metric[];
  private readonly after: readonly Metric[];

  constructor(private readonly plan: Plan) {
    const metrics = [...plan.metrics.values()];
    this.inStep = metrics.filter((metric) => metric.eager === false);
    this.after = metrics.filter((metric) => metric.eager !== false);
  }

  /** Runs one batch, and the optimizer step if this is its last batch; returns the loss. */
  async train(batch: unknown, role: Role): Promise<number> {
    const work = (inputs: unknown): Result => this.trainOn(inputs, role);
    return await this.run(`train ${role.first} ${role.last}`, work, batch);
  }

  /** Evaluates a batch; returns the loss. */
  async validate(batch: unknown): Promise<number> {
    return await this.run('validate', (inputs) => noGrad(() => this.evaluate(inputs)), batch);
  }

  /** The optimizer step after the last batches of an epoch, fewer than `gradientAccumulationSteps`. */
  finish(batches: number): void {
    const scale = this.plan.gradientAccumulationSteps / batches;
    noGrad(() => {
      for (const parameter of this.parameters()) parameter.grad?.mul_(scale);
    });
    this.checked(() => this.update());
  }

  private trainOn(batch: unknown, { first, last }: Role): Result {
    const { optimizer, gradientAccumulationSteps } = this.plan;
    if (first) optimizer.zeroGrad();
    const result = this.evaluate(batch);
    (gradientAccumulationSteps === 1
      ? result.loss
      : result.loss.div(gradientAccumulationSteps)
    ).backward();
    if (last) this.update();
    return result;
  }

  private evaluate(batch: unknown): Result {
    const result: unknown = this.plan.lossOf(batch);
    const parts =
      result instanceof Tensor ? { loss: result } : (result as Partial<BatchLoss> | null);
    const { loss, output, target } = parts ?? {};
    if (!(loss instanceof Tensor)) throw wrongType('train', 'a tensor', 'the loss', loss);
    if (loss.numel() !== 1) {
      throw unexpected('train', 'one number', 'the loss', `shape [${loss.shape.join(', ')}]`);
    }
    if (this.plan.metrics.size === 0) return { loss };
    if (!(output instanceof Tensor) || !(target instanceof Tensor)) {
      const what = 'an object of loss, output and target, where there are metrics,';
      throw wrongType('train', what, 'the result of batchLoss', result);
    }
    inPhase('metrics', () => {
      for (const metric of this.inStep) metric.update(output.detach(), target.detach());
    });
    return this.after.length === 0 ? { loss } : { loss, output, target };
  }

  /** Clips gradients, then steps the optimizer and the scheduler. */
  private update(): void {
    const { optimizer, clipGradNorm, clipGradValue, scheduler, schedulerInterval } = this.plan;
    inPhase('clipping', () => {
      if (clipGradValue !== null) utils.clipGradValue_(this.parameters(), clipGradValue);
      if (clipGradNorm !== null) utils.clipGradNorm_(this.parameters(), clipGradNorm);
    });
    optimizer.step();
    if (schedulerInterval === 'step' && scheduler instanceof LRScheduler) scheduler.step();
  }

  private parameters(): Tensor[] {
    return this.plan.optimizer.paramGroups.flatMap((group) => group.params);
  }

  private async run(name: string, work: Work, batch: unknown): Promise<number> {
    const result =
      this.plan.compile && !this.eager
        ? await this.replay(name, work, batch)
        : this.checked(() => work(batch), batch);
    const { loss, output, target } = result;
    if (output !== undefined && target !== undefined) {
      for (const metric of this.after) metric.update(output.detach(), target.detach());
    }
    return loss.item();
  }

  /** Runs the compiled step for batches of this structure, on a background thread if it takes long. */
  private async replay(name: string, work: Work, batch: unknown): Promise<Result> {
    const { tensors, key } = flatten(batch);
    const id = `${name} ${key}`;
    let step = this.compiled.get(id);
    if (step === undefined) {
      const compiled = compileStep(
        (...inputs: Tensor[]) => {
          this.runs++;
          return { ...work(refill(batch, inputs)) };
        },
        (text) => {
          this.becomeEager(text);
        },
      );
      step = { ...compiled, shortest: Infinity, replays: 0 };
      this.compiled.set(id, step);
    }
    const { run } = step;
    if (step.replays > 1 && step.shortest > longStep)
      return (await run.runAsync(...tensors)) as never;
    const start = performance.now();
    const { runs } = this;
    const result = run(...tensors);
    if (runs === this.runs) {
      step.replays++;
      step.shortest = Math.min(step.shortest, performance.now() - start);
    }
    return result as unknown as Result;
  }

  /** Call after callbacks, which may have changed what steps use: the next step of each kind is compared. */
  compareNext(): void {
    for (const step of this.compiled.values()) step.requestComparison();
  }

  private becomeEager(text: string): void {
    this.eager = true;
    this.compiled.clear();
    process.emitWarning(
      `train: a step is not the one that was compiled: ${text}. Steps run eagerly from now on, which is slower. Use ` +
        'scalarInput(value) for numbers that change, or pass compile: false',
    );
  }

  private checked<T>(work: () => T, batch?: unknown): T {
    if (!this.plan.detectAnomaly) return work();
    eachTensor(batch, (tensor, place) => {
      const found = firstNonFinite(tensor);
      if (found === null) return;
      throw unexpected('train', 'finite numbers', place, nonFiniteText(found, tensor));
    });
    return detectAnomaly(work);
  }
}
