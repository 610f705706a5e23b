/** A trial: the file with the sizes and numbers of a workload, the same for every contestant. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import workloads from './workloads.json';
import { buildFolder } from './runner';

/** How long to measure: `samples` times, each about `seconds` or longer, in every process. */
export interface Timing {
  readonly samples: number;
  readonly seconds: number;
  /** null: the contestant's default. */
  readonly threads: number | null;
}

/** A fully connected network, with an activation between its layers. */
export interface NetShape {
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly activation: 'Sigmoid' | 'ReLU';
}

/** Training steps on one batch. All start with the same parameters; after `check` steps, their losses must agree. */
export interface TrainTrial extends Timing, NetShape {
  readonly kind: 'train';
  readonly optimizer: 'SGD' | 'Adam';
  readonly lr: number;
  readonly loss: 'mse' | 'crossEntropy';
  readonly check: number;
  /** Relative; default 1e-3. Adam turns the rounding error of a gradient near zero into a full step. */
  readonly tolerance?: number;
}

/** Forward passes without gradients. The mean squares of the outputs must agree. */
export interface InferTrial extends Timing, NetShape {
  readonly kind: 'infer';
}

export type NetTrial = TrainTrial | InferTrial;

/** A layer of `nn`, or `BasicBlock`: its name, then the arguments of its constructor. */
export type LayerSpec = readonly [name: string, ...args: (number | object)[]];

/** A network of images: a training step with cross-entropy of 10 classes, or a forward pass. */
export interface LayersTrial extends Timing {
  readonly kind: 'layers';
  readonly task: 'train' | 'infer';
  readonly layers: readonly LayerSpec[];
  /** The shape of a batch. */
  readonly input: readonly number[];
  readonly optimizer: 'SGD' | 'Adam';
  readonly lr: number;
  readonly check: number;
  readonly tolerance?: number;
}

export type Trial = NetTrial | LayersTrial;

/** A layer, and the shape of its input. */
export interface ImageLayer {
  readonly input: readonly number[];
  readonly layer: LayerSpec;
}

/** The network with this name in workloads.json, as a trial without timing. */
export function netOf(kind: NetTrial['kind'], name: string): Untimed<NetTrial> {
  const nets: Readonly<Record<string, unknown>> =
    kind === 'train' ? workloads.training : workloads.inference;
  if (!(name in nets)) {
    throw new RangeError(`bench: expected one of ${Object.keys(nets).join('; ')}, got '${name}'`);
  }
  return { kind, ...(nets[name] as object) } as Untimed<NetTrial>;
}

/** Omit, for each member of the union. */
export type Untimed<T> = T extends Timing ? Omit<T, keyof Timing> : never;

/** Writes the file of a trial and returns its path. */
export function writeTrial(name: string, trial: object): string {
  const folder = join(buildFolder, 'trials');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/[^\w.-]+/g, '_')}.json`);
  writeFileSync(file, `${JSON.stringify(trial, null, 2)}\n`);
  return file;
}

/** The same trial as command-line arguments, for the C program. */
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
