/** The steps of training and validation, compiled or eager. */
import { detectAnomaly, firstNonFinite, nonFiniteText } from '../autograd/anomaly';
import { noGrad } from '../core/gradMode';
import { compileStep, type Compiled, type Output } from '../compile';
import { describe, shapeText } from '../core/errors';
import { utils } from '../nn';
import { inPhase } from '../core/observer';
import { LRScheduler } from '../optim/lrScheduler';
import { Tensor } from '../core/tensor';
import { eachTensor, flatten, refill } from './batch';
import type { Metric } from './metrics';
import type { Plan } from './options';
import type { BatchLoss } from './types';

/** Whether a batch is the first or the last one of an optimizer step. */
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

// A small step takes 75 to 85 us longer on a background thread; a long step on this thread blocks the event loop.
const longStep = 4; // ms

/** A compiled step, and the shortest time of a replay, in ms. */
interface CompiledStep {
  readonly run: Compiled<Tensor[], Output>;
  /** Lets the next step run eagerly, to compare it with the program. */
  requestComparison(): void;
  shortest: number;
  replays: number;
}

/** Runs the steps. */
export class Steps {
  private readonly compiled = new Map<string, CompiledStep>();
  /** How often the function of a compiled step ran, for a capture or a comparison. */
  private runs = 0;
  /** Whether a step ran other ops than its program; then all steps run eagerly. */
  private eager = false;
  private readonly inStep: readonly Metric[];
  private readonly afterStep: readonly Metric[];

  constructor(private readonly plan: Plan) {
    const metrics = [...plan.metrics.values()];
    this.inStep = metrics.filter((metric) => metric.eager === false);
    this.afterStep = metrics.filter((metric) => metric.eager !== false);
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
    const fields =
      result instanceof Tensor ? { loss: result } : (result as Partial<BatchLoss> | null);
    const { loss, output, target } = fields ?? {};
    if (!(loss instanceof Tensor)) {
      throw new TypeError(`train: the loss is ${describe(loss)}, not a tensor`);
    }
    if (loss.numel() !== 1) {
      throw new RangeError(
        `train: the loss has shape ${shapeText(loss.shape)}, but must be one number; reduce it with mean() or sum()`,
      );
    }
    if (this.plan.metrics.size === 0) return { loss };
    if (!(output instanceof Tensor) || !(target instanceof Tensor)) {
      throw new TypeError(
        'train: metrics need the output and the target; return { loss, output, target } from batchLoss',
      );
    }
    inPhase('metrics', () => {
      for (const metric of this.inStep) metric.update(output.detach(), target.detach());
    });
    return this.afterStep.length === 0 ? { loss } : { loss, output, target };
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
      for (const metric of this.afterStep) metric.update(output.detach(), target.detach());
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

  /** Compares the next step of each kind with its program. Call it after callbacks, which may change what steps use. */
  compareNext(): void {
    for (const step of this.compiled.values()) step.requestComparison();
  }

  private becomeEager(text: string): void {
    this.eager = true;
    this.compiled.clear();
    process.emitWarning(
      `train: a step differs from the compiled one: ${text}. From now on steps run eagerly, which is slower. Use ` +
        'scalarInput(value) for numbers that change, or set compile: false',
    );
  }

  private checked<T>(work: () => T, batch?: unknown): T {
    if (!this.plan.detectAnomaly) return work();
    eachTensor(batch, (tensor, path) => {
      const found = firstNonFinite(tensor);
      if (found === null) return;
      throw new RangeError(`train: ${path} contains ${nonFiniteText(found, tensor)}`);
    });
    return detectAnomaly(work);
  }
}
