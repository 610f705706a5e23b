/** What `train` takes, tells on the way, and gives. */
import type { AnyModule } from '../nn';
import type { Optimizer } from '../optim';
import type { Schedule } from '../optim/lrScheduler';
import type { Tensor } from '../core/tensor';
import type { Metric, MetricValue } from './metrics';

/** What gives batches again and again: a DataLoader, or an array of batches. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/** The loss of a batch, and, for metrics, what it was computed from. */
export interface BatchLoss {
  /** The loss, one number. */
  readonly loss: Tensor;
  /** What the model made of the inputs. */
  readonly output: Tensor;
  /** What it should have been. */
  readonly target: Tensor;
}

/** Figures of an epoch, or of one pass over the data for validation. */
export interface Figures {
  /** The mean of the batches' losses, each times its samples. */
  readonly loss: number;
  /** Values of the metrics by name. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** What came out of an epoch. */
export interface EpochResult extends Figures {
  /** From 1. */
  readonly epoch: number;
  /** The same over the data for validation; null without any. */
  readonly validation: Figures | null;
  /** The learning rate of the first group in the epoch's last step. */
  readonly lr: number;
  /** Time of training, without validation. */
  readonly seconds: number;
  /** Samples of training in a second. */
  readonly samplesPerSecond: number;
}

/** Where the training is after a batch. */
export interface BatchResult {
  /** From 1. */
  readonly epoch: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches done in this epoch, and their number if the loader has a `length`. */
  readonly batch: number;
  /** Batches of an epoch; null if the loader has no `length`. */
  readonly batches: number | null;
  /** Steps of the optimizer since the beginning. */
  readonly step: number;
  /** Of this batch. */
  readonly loss: number;
  /** Of the epoch so far. */
  readonly meanLoss: number;
  /** Samples of training in a second. */
  readonly samplesPerSecond: number;
}

/** Why a training ended: `signal` is an AbortSignal, `interrupt` Ctrl-C. */
export type StopReason = 'epochs' | 'earlyStopping' | 'signal' | 'interrupt';

/** What `train` resolves to. */
export interface History {
  /** Every finished epoch, those before a resumed checkpoint included. */
  readonly epochs: readonly EpochResult[];
  /** The last epoch that was better than the best before it, by more than `minDelta` if there is one. */
  readonly best: {
    /** Its number, from 1. */
    readonly epoch: number;
    /** The value of the monitor. */
    readonly value: number;
  } | null;
  /** Why it ended. */
  readonly stopped: StopReason;
  /** Steps of the optimizer since the beginning. */
  readonly steps: number;
  /** The last checkpoint that was saved, and the one that it went on from. */
  readonly checkpoint: string | null;
  /** The checkpoint that it went on from; null for none. */
  readonly resumedFrom: string | null;
}

/** What is called on the way; what returns a promise is waited for. */
export interface Callbacks {
  /** Before the first step; `resumedFrom` is the checkpoint, or null. */
  onTrainStart?(start: { epoch: number; step: number; resumedFrom: string | null }): unknown;
  /** The model is in training mode: here parts of it may be frozen or put into evaluation mode. */
  onEpochStart?(start: { epoch: number; epochs: number; batches: number | null }): unknown;
  /** After each batch. */
  onBatchEnd?(result: BatchResult): unknown;
  /** After validation and the scheduler's step, before a checkpoint is saved. */
  onEpochEnd?(result: EpochResult): unknown;
  /** After a checkpoint was saved. */
  onCheckpoint?(path: string): unknown;
  /** After the end, with the model as it stays. Whoever has it says himself how to go on after Ctrl-C. */
  onTrainEnd?(history: History): unknown;
}

/** Options of `train`. */
export interface TrainOptions<Batch, Model extends AnyModule = AnyModule> {
  /** What is trained. */
  model: Model;
  /**
   * Of the model's output and the target, the last tensor of a batch; those before go to the model. A function, or a
   * module of losses.
   */
  loss?:
    | ((output: Tensor, target: Tensor) => Tensor)
    | {
        /** The loss of a batch. */
        forward(output: Tensor, target: Tensor): Tensor;
      };
  /** Instead of `loss`, for batches and models of any kind. */
  batchLoss?: (model: Model, batch: Batch) => Tensor | BatchLoss;
  /** Of the parameters of the model. */
  optimizer: Optimizer;
  /** Batches of an epoch: tensors in arrays and plain objects; with `compile: false` anything. */
  loader: Batches<Batch>;
  /** Batches to measure on after each epoch, in evaluation mode and without gradients. */
  validation?: Batches<Batch>;
  /** Epochs in all, those before a resumed checkpoint included. */
  epochs: number;
  /** Measured over each epoch and over `validation`. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Takes a step after each epoch (ReduceLROnPlateau with the monitored value), or after each of the optimizer's. */
  scheduler?: Schedule;
  /** What the scheduler's step follows; default `epoch`. */
  schedulerPer?: 'epoch' | 'step';
  /** Gradients are scaled down to this norm over all parameters. */
  clipGradNorm?: number;
  /** Elements of gradients are limited to this size. */
  clipGradValue?: number;
  /** Batches for each step of the optimizer, default 1: gradients are the mean of theirs, also of the last few of an epoch. */
  accumulate?: number;
  /** `loss` (the default) or the name of a metric: of validation if there is any, else of training. */
  monitor?: string;
  /** Whether less or more is better; default: as the metric says. */
  mode?: 'min' | 'max';
  /** Ends after `patience` epochs without a value better than the best by more than `minDelta` (default 0). */
  earlyStopping?: {
    /** Epochs without a better value. */
    patience: number;
    /** By how much a value must be better to count; default 0. */
    minDelta?: number;
  };
  /** Whether the model ends with the parameters and buffers of its best epoch; default false. */
  keepBest?: boolean;
  /** Where states are saved: every so many epochs (default 1) or steps, and at the end; `keep` of them stay (default 3). */
  checkpoint?: CheckpointPlan;
  /** Whether to go on from the newest checkpoint; `auto`: if there is one. Default false. */
  resume?: boolean | 'auto';
  /** What is called on the way, in order. */
  callbacks?: Callbacks | readonly Callbacks[];
  /** Stops after the step, or while a batch is waited for, saves, and resolves. */
  signal?: AbortSignal;
  /** Whether Ctrl-C (SIGINT) does the same, and a second one ends the process; default true. */
  handleSignals?: boolean;
  /** Whether steps are compiled; default true. */
  compile?: boolean;
  /** Looks for the first op that makes NaN or an infinity, and for such in batches; slow, and not compiled. Default false. */
  detectAnomaly?: boolean;
}

/** Where and how often checkpoints are saved. */
export interface CheckpointPlan {
  /** The directory of the checkpoints; made if missing. */
  dir: string | URL;
  /** Epochs between checkpoints; default 1. */
  every?: number;
  /** Steps of the optimizer between checkpoints within an epoch; default: none. */
  everySteps?: number;
  /** How many of the newest stay; default 3. */
  keep?: number;
  /** Whether `resume` takes the newest good one where a newer one is damaged; default false: an error that names it. */
  fallback?: boolean;
  /** What else is saved, and loaded by `resume` if it has a state: transforms, say. */
  entries?: Readonly<Record<string, unknown>>;
}
