/** The options, callbacks and results of `train`. */
import type { AnyModule } from '../nn';
import type { Optimizer } from '../optim';
import type { Schedule } from '../optim/lrScheduler';
import type { Tensor } from '../core/tensor';
import type { Generator } from '../core/generator';
import type { Metric, MetricValue } from './metrics';
import type { OnNonFinite } from './nonFinite';

/** An iterable of batches that can be read again for each epoch: a DataLoader, or an array of batches. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/** The loss of a batch, and, for metrics, what it was computed from. */
export interface BatchLoss {
  /** The loss, one number. */
  readonly loss: Tensor;
  /** The output of the model. */
  readonly output: Tensor;
  /** What the output is compared with. */
  readonly target: Tensor;
}

/** The results of one pass over the data: of training or of validation. */
export interface PassResult {
  /** The mean loss over all samples. */
  readonly loss: number;
  /** Values of the metrics, by name. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** The results of an epoch. */
export interface EpochResult extends PassResult {
  /** From 1. */
  readonly epoch: number;
  /** The figures of validation; null without validation data. */
  readonly validation: PassResult | null;
  /** The learning rate of the first group in the last step of the epoch. */
  readonly lr: number;
  /** Training time in seconds, without validation. */
  readonly seconds: number;
  /** Training samples in a second. */
  readonly samplesPerSecond: number;
}

/** The progress after a batch. */
export interface BatchResult {
  /** From 1. */
  readonly epoch: number;
  /** The number of epochs. */
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches in an epoch; null if the loader has no `length`. */
  readonly batches: number | null;
  /** Optimizer steps since the start of training. */
  readonly step: number;
  /** The loss of this batch. */
  readonly loss: number;
  /** The mean loss of the epoch so far. */
  readonly meanLoss: number;
  /** Training samples in a second. */
  readonly samplesPerSecond: number;
}

/**
 * Why a training run ended: after all epochs (`completed`), by `earlyStopping`, by its AbortSignal (`aborted`), by Ctrl-C
 * or SIGTERM (`interrupted`), or, with `onNonFinite: 'stop'`, by a loss that is NaN or infinite (`nonFinite`).
 */
export type StopReason = 'completed' | 'earlyStopping' | 'aborted' | 'interrupted' | 'nonFinite';

/** The result of `train`. */
export interface History {
  /** Every finished epoch, including those before a resumed checkpoint. */
  readonly epochs: readonly EpochResult[];
  /** The best epoch: the last one that improved the monitored figure by more than `minDelta`. */
  readonly best: {
    /** Its number, from 1. */
    readonly epoch: number;
    /** The value of the monitored figure. */
    readonly value: number;
  } | null;
  /** Why the run ended. */
  readonly stopReason: StopReason;
  /** Optimizer steps since the start of training. */
  readonly steps: number;
  /** The checkpoint that was saved last, or else the one that was resumed; null for none. */
  readonly checkpoint: string | null;
  /** The newest checkpoint that was saved as the best one; null for none. */
  readonly bestCheckpoint: string | null;
  /** The checkpoint that was resumed; null for none. */
  readonly resumedFrom: string | null;
}

/** Functions that are called during training. Returned promises are awaited. */
export interface Callbacks {
  /** Before the first step; `resumedFrom` is the checkpoint, or null. */
  onTrainStart?(start: { epoch: number; step: number; resumedFrom: string | null }): unknown;
  /** Before an epoch. The model is in training mode; submodules that are set to evaluation mode here stay so. */
  onEpochStart?(start: { epoch: number; epochs: number; batches: number | null }): unknown;
  /** After each batch. */
  onBatchEnd?(result: BatchResult): unknown;
  /** After validation and the scheduler's step, before a checkpoint is saved. */
  onEpochEnd?(result: EpochResult): unknown;
  /** After a checkpoint was saved. */
  onCheckpoint?(path: string): unknown;
  /** At the end, with the final model. With this callback, `train` does not print how to resume after a signal. */
  onTrainEnd?(history: History): unknown;
}

/** Options of `train`. */
export interface TrainOptions<Batch, Model extends AnyModule = AnyModule> {
  /** The model to train. */
  model: Model;
  /**
   * A function, or a module, of the model's output and the target. The target is the last tensor of a batch; the
   * tensors before it are the arguments of the model.
   */
  loss?:
    | ((output: Tensor, target: Tensor) => Tensor)
    | {
        /** Computes the loss of a batch. */
        forward(output: Tensor, target: Tensor): Tensor;
      };
  /** Instead of `loss`, for batches and models of any kind. */
  batchLoss?: (model: Model, batch: Batch) => Tensor | BatchLoss;
  /** An optimizer of the model's parameters. */
  optimizer: Optimizer;
  /** Batches: tensors in arrays and plain objects; with `compile: false` anything. */
  loader: Batches<Batch>;
  /** Batches to evaluate after each epoch, in evaluation mode and without gradients. */
  validation?: Batches<Batch>;
  /** The number of epochs, including those before a resumed checkpoint. */
  epochs: number;
  /** Computed over each epoch, and over `validation`. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Stepped after each epoch (ReduceLROnPlateau with the monitored value), or after each optimizer step. */
  scheduler?: Schedule;
  /** When the scheduler steps; default `epoch`. */
  schedulerInterval?: 'epoch' | 'step';
  /** Gradients are scaled down to this norm, taken over all parameters. */
  clipGradNorm?: number;
  /** Elements of gradients are limited to this size. */
  clipGradValue?: number;
  /**
   * Batches for each optimizer step, default 1. The gradients are the mean over these batches, also for the last few of
   * an epoch.
   */
  gradientAccumulationSteps?: number;
  /** `loss` (the default) or the name of a metric: of validation if there is any, else of training. */
  monitor?: string;
  /** Whether less or more is better; default: what the metric says. */
  mode?: 'min' | 'max';
  /** Ends training after `patience` epochs without an improvement of more than `minDelta` (default 0). */
  earlyStopping?: {
    /** Epochs without improvement. */
    patience: number;
    /** By how much a value must be better to count as an improvement; default 0. */
    minDelta?: number;
  };
  /** Whether the model ends with the parameters and buffers of its best epoch; default false. */
  keepBest?: boolean;
  /**
   * Where to save checkpoints: every so many epochs (default 1) or steps, and at the end; the newest `keep` stay
   * (default 3).
   */
  checkpoint?: CheckpointPlan;
  /** Whether to resume from the newest checkpoint; `auto`: if there is one. Default false. */
  resume?: boolean | 'auto';
  /** Called during training, in order. */
  callbacks?: Callbacks | readonly Callbacks[];
  /** Stops training after the step, or while a batch is awaited; then saves and resolves. */
  signal?: AbortSignal;
  /**
   * Whether Ctrl-C (SIGINT) and SIGTERM do the same; a second one ends the process. The exit code becomes 130 or 143,
   * unless the program has set one or has listeners of its own. Default true.
   */
  handleSignals?: boolean;
  /** Whether steps are compiled; default true. */
  compile?: boolean;
  /**
   * What to do at a loss that is NaN or infinite: 'warn' (default) warns once, with epoch and batch; 'stop' warns and ends
   * the run without saving; 'ignore' does nothing.
   */
  onNonFinite?: OnNonFinite;
  /** Seeds the random numbers of this run: orders of loaders, dropout, and others; default: drawn at the start. */
  seed?: number;
  /** Instead of `seed`: the generator of these random numbers. */
  generator?: Generator;
  /**
   * Reports the first op that produces NaN or an infinity, and batches that contain such; slow, and not compiled.
   * Default false.
   */
  detectAnomaly?: boolean;
}

/** Where and how often checkpoints are saved. */
export interface CheckpointPlan {
  /** The directory of the checkpoints; created if it is missing. */
  dir: string | URL;
  /** Epochs between checkpoints; default 1. */
  every?: number;
  /** Optimizer steps between checkpoints within an epoch; default: none. */
  everySteps?: number;
  /** How many of the newest checkpoints stay; default 3. */
  keep?: number;
  /**
   * Whether each best epoch is saved, also between those that `every` names, and the best one stays besides the newest
   * `keep`: `loadCheckpoint(dir, targets, { which: 'best' })`. Default: true with `keepBest`, or if every epoch is saved.
   */
  best?: boolean;
  /**
   * Whether `resume` loads the newest intact checkpoint if a newer one is damaged; default false: an error that names
   * it.
   */
  fallback?: boolean;
  /** Other entries of the checkpoint, such as transforms; `resume` loads those that have a state. */
  entries?: Readonly<Record<string, unknown>>;
}
