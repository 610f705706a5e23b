/** The options, callbacks and results of `train`. */
import type { AnyModule } from '../nn';
import type { Optimizer } from '../optim';
import type { Schedule } from '../optim/lrScheduler';
import type { Tensor } from '../core/tensor';
import type { Generator } from '../core/generator';
import type { Metric, MetricValue } from './metrics';
import type { OnNonFinite } from './nonFinite';

/** An iterable of batches that can be read once per epoch: a DataLoader, or an array of batches. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/** The loss of a batch, and the output and target that metrics need. */
export interface BatchLoss {
  /** The loss, a tensor with one element. */
  readonly loss: Tensor;
  /** The output of the model. */
  readonly output: Tensor;
  /** The target that the output is compared with. */
  readonly target: Tensor;
}

/** The results of one pass over the data: of training or of validation. */
export interface PassResult {
  /** Mean loss over all samples. */
  readonly loss: number;
  /** Values of the metrics, by name. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** The results of an epoch. */
export interface EpochResult extends PassResult {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** The result of validation; null without validation data. */
  readonly validation: PassResult | null;
  /** Learning rate of the first parameter group in the last step of the epoch. */
  readonly lr: number;
  /** Training time in seconds, without validation. */
  readonly seconds: number;
  /** Training samples per second. */
  readonly samplesPerSecond: number;
}

/** The progress after a batch. */
export interface BatchResult {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Number of epochs of the run. */
  readonly epochs: number;
  /** Number of batches done in this epoch. */
  readonly batch: number;
  /** Number of batches in an epoch; null if the loader has no `length`. */
  readonly batches: number | null;
  /** Number of optimizer steps since the start of training. */
  readonly step: number;
  /** The loss of this batch. */
  readonly loss: number;
  /** The mean loss of the epoch so far. */
  readonly meanLoss: number;
  /** Training samples per second. */
  readonly samplesPerSecond: number;
}

/**
 * Why a training run ended: after all epochs (`completed`), by `earlyStopping`, by its AbortSignal (`aborted`), by
 * Ctrl-C or SIGTERM (`interrupted`), or, with `onNonFinite: 'stop'`, by a loss that is NaN or infinite (`nonFinite`).
 */
export type StopReason = 'completed' | 'earlyStopping' | 'aborted' | 'interrupted' | 'nonFinite';

/** The result of `train`. */
export interface History {
  /** Every finished epoch, including those before a resumed checkpoint. */
  readonly epochs: readonly EpochResult[];
  /** The best epoch: the last one that improved the monitored value by more than `minDelta`; null without epochs. */
  readonly best: {
    /** Number of the epoch, from 1. */
    readonly epoch: number;
    /** The monitored value. */
    readonly value: number;
  } | null;
  /** Why the run ended. */
  readonly stopReason: StopReason;
  /** Number of optimizer steps since the start of training. */
  readonly steps: number;
  /** Path of the checkpoint that was saved last, or else of the one that was resumed; null if there is none. */
  readonly checkpoint: string | null;
  /** Path of the newest checkpoint that was saved as the best one; null if there is none. */
  readonly bestCheckpoint: string | null;
  /** Path of the checkpoint that was resumed; null if there was none. */
  readonly resumedFrom: string | null;
}

/** Functions that `train` calls. Returned promises are awaited. */
export interface Callbacks {
  /**
   * Called before the first step.
   *
   * @param start number of the first epoch, steps done, and path of the resumed checkpoint or null
   * @returns anything
   */
  onTrainStart?(start: { epoch: number; step: number; resumedFrom: string | null }): unknown;
  /**
   * Called before an epoch. The model is in training mode; submodules that you set to evaluation mode here stay in it.
   *
   * @param start number of the epoch, number of epochs, and number of batches or null
   * @returns anything
   */
  onEpochStart?(start: { epoch: number; epochs: number; batches: number | null }): unknown;
  /**
   * Called after each batch.
   *
   * @param result the progress
   * @returns anything
   */
  onBatchEnd?(result: BatchResult): unknown;
  /**
   * Called after validation and the scheduler's step, before a checkpoint is saved.
   *
   * @param result the results of the epoch
   * @returns anything
   */
  onEpochEnd?(result: EpochResult): unknown;
  /**
   * Called after a checkpoint was saved.
   *
   * @param path path of the checkpoint
   * @returns anything
   */
  onCheckpoint?(path: string): unknown;
  /**
   * Called at the end, with the final model. With this callback, `train` does not print a message after a signal.
   *
   * @param history the result of `train`
   * @returns anything
   */
  onTrainEnd?(history: History): unknown;
}

/** Options of `train`. */
export interface TrainOptions<Batch, Model extends AnyModule = AnyModule> {
  /** The model to train. */
  model: Model;
  /**
   * Loss as a function or module of the model's output and the target. The target is the last tensor of a batch; the
   * tensors before it are the arguments of the model. Either `loss` or `batchLoss` is required.
   */
  loss?:
    | ((output: Tensor, target: Tensor) => Tensor)
    | {
        /**
         * Computes the loss of a batch.
         *
         * @param output output of the model
         * @param target target of the batch
         * @returns the loss, a tensor with one element
         */
        forward(output: Tensor, target: Tensor): Tensor;
      };
  /** Loss of the model and a batch, instead of `loss`, for batches and models of any kind. */
  batchLoss?: (model: Model, batch: Batch) => Tensor | BatchLoss;
  /** Optimizer of the model's parameters. */
  optimizer: Optimizer;
  /** Training batches: tensors in arrays and plain objects; with `compile: false` any values. */
  loader: Batches<Batch>;
  /** Batches to evaluate after each epoch, in evaluation mode and without gradients. Default: none. */
  validation?: Batches<Batch>;
  /** Number of epochs, including those before a resumed checkpoint. */
  epochs: number;
  /** Metrics by name, computed over each training epoch and over `validation`. Default: none. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Learning rate scheduler; ReduceLROnPlateau gets the monitored value. Default: none. */
  scheduler?: Schedule;
  /** When the scheduler steps; default `epoch`. */
  schedulerInterval?: 'epoch' | 'step';
  /** Maximum norm of the gradients of all parameters together; larger gradients are scaled down. Default: no limit. */
  clipGradNorm?: number;
  /** Maximum absolute value of each element of the gradients. Default: no limit. */
  clipGradValue?: number;
  /**
   * Batches for each optimizer step, default 1. The gradients are the mean over these batches, also for the last few of
   * an epoch.
   */
  gradientAccumulationSteps?: number;
  /** `'loss'` or the name of a metric, of validation if there is any, else of training. Default: `'loss'`. */
  monitor?: string;
  /** Whether a lower (`'min'`) or higher (`'max'`) monitored value is better. Default: that of the metric. */
  mode?: 'min' | 'max';
  /** When to end training for lack of improvement. Default: never. */
  earlyStopping?: {
    /** Number of epochs without improvement after which training ends, at least 1. */
    patience: number;
    /** By how much the monitored value must be better to count as an improvement. Default: 0. */
    minDelta?: number;
  };
  /** Whether the model ends with the parameters and buffers of its best epoch. Default: false. */
  keepBest?: boolean;
  /** Where and how often to save checkpoints; one is also saved at the end. Default: no checkpoints. */
  checkpoint?: CheckpointPlan;
  /** Whether to resume from the newest checkpoint; `'auto'` resumes if there is one. Default: false. */
  resume?: boolean | 'auto';
  /** Functions to call during training; several objects are called in order. Default: none. */
  callbacks?: Callbacks | readonly Callbacks[];
  /**
   * Stops training after the step, or while a batch is awaited; `train` saves a checkpoint and resolves. Default: none.
   */
  signal?: AbortSignal;
  /**
   * Whether Ctrl-C (SIGINT) and SIGTERM stop training too; a second one ends the process. The exit code becomes 130 or
   * 143, unless the program has set one or has its own listeners. Default: true.
   */
  handleSignals?: boolean;
  /** Whether to compile the steps. Default: true, or false with `detectAnomaly`. */
  compile?: boolean;
  /**
   * What to do at a loss that is NaN or infinite: `'warn'` warns once, with epoch and batch; `'stop'` warns and ends
   * the run without saving; `'ignore'` does nothing. Default: `'warn'`.
   */
  onNonFinite?: OnNonFinite;
  /** Seed of the random numbers of this run, such as orders of loaders and dropout. Default: drawn at the start. */
  seed?: number;
  /** Generator of these random numbers, instead of `seed`. Default: none. */
  generator?: Generator;
  /**
   * Whether to throw at the first op that produces NaN or infinity, or batch that contains one. Steps run eagerly,
   * which is slow. Default: false.
   */
  detectAnomaly?: boolean;
}

/** Where and how often checkpoints are saved. */
export interface CheckpointPlan {
  /** Directory of the checkpoints; it is created if it does not exist. */
  dir: string | URL;
  /** Number of epochs between checkpoints. Default: 1. */
  every?: number;
  /** Number of optimizer steps between checkpoints within an epoch. Default: Infinity, no such checkpoints. */
  everySteps?: number;
  /** Number of checkpoints to keep; older ones are deleted. Default: 3. */
  keep?: number;
  /**
   * Whether to save each best epoch, also between those that `every` names, and keep it besides the newest `keep`, for
   * `loadCheckpoint(dir, targets, { which: 'best' })`. Default: true with `keepBest`, or if every epoch is saved.
   */
  best?: boolean;
  /** Whether `resume` loads the newest intact checkpoint if a newer one is damaged. Default: false, which throws. */
  fallback?: boolean;
  /** Other entries of the checkpoint, such as transforms; `resume` restores those that have a state. Default: none. */
  entries?: Readonly<Record<string, unknown>>;
}
