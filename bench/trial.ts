/** A trial: what every contestant of a workload is handed, the same file for each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import workloads from './workloads.json';
import { buildFolder } from './runner';

/** How long to measure: `samples` times of at least about `seconds` each, in every process. */
export interface Timing {
  readonly samples: number;
  readonly seconds: number;
  /** null: what the contestant takes by itself. */
  readonly threads: number | null;
}

/** A fully connected net, its activation between the layers. */
export interface NetShape {
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly activation: 'Sigmoid' | 'ReLU';
}

/** Training steps on one batch; after `check` of them from the same start, the losses of all contestants must agree. */
export interface TrainTrial extends Timing, NetShape {
  readonly kind: 'train';
  readonly optimizer: 'SGD' | 'Adam';
  readonly lr: number;
  readonly loss: 'mse' | 'crossEntropy';
  readonly check: number;
  /** Relative; 1e-3 if not given. Adam turns the rounding of a gradient near zero into a whole step. */
  readonly tolerance?: number;
}

/** Forward passes without gradients; the mean squares of the outputs must agree. */
export interface InferTrial extends Timing, NetShape {
  readonly kind: 'infer';
}

export type NetTrial = TrainTrial | InferTrial;

/** The net of a name in workloads.json, as a trial without its timing. */
export function netOf(kind: NetTrial['kind'], name: string): Untimed<NetTrial> {
  const nets: Readonly<Record<string, unknown>> =
    kind === 'train' ? workloads.training : workloads.inference;
  if (!(name in nets)) {
    throw new RangeError(`bench: expected one of ${Object.keys(nets).join('; ')}, got '${name}'`);
  }
  return { kind, ...(nets[name] as object) } as Untimed<NetTrial>;
}

/** Distributes over the kinds of trial, which Omit alone does not. */
export type Untimed<T> = T extends Timing ? Omit<T, keyof Timing> : never;

/** Writes a trial where contestants can read it; returns the path. */
export function writeTrial(name: string, trial: object): string {
  const folder = join(buildFolder, 'trials');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/[^\w.-]+/g, '_')}.json`);
  writeFileSync(file, `${JSON.stringify(trial, null, 2)}\n`);
  return file;
}

/** The same trial as arguments, for the C program. */
export function cArguments(trial: NetTrial): string[] {
  const training = trial.kind === 'train' ? trial : { optimizer: '-', lr: 0, loss: '-', check: 1 };
  return [
    trial.kind,
    trial.sizes.join(','),
    trial.batch,
    trial.activation,
    training.optimizer,
    training.lr,
    training.loss,
    training.check,
    trial.samples,
    trial.seconds,
    trial.threads ?? 0,
  ].map(String);
}
