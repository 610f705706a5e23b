/** The network of a trial in blasgrad, and the ways to run it. */
import { backend, compile, F, nn, noGrad, optim, tensor, type Tensor } from 'blasgrad';
import type { NetTrial } from '../trial';
import { waveValues, type Repeat } from './timing';

export type Mode = 'eager' | 'compiled' | 'async' | 'scan';

/** Steps of one call of `scan`. */
const scanSteps = 1000;

function wave(shape: readonly number[], phase: number, bound: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(waveValues(count, phase, bound)).reshape([...shape]);
}

/** The network, with initial weights that every contestant can compute. */
export function modelOf({ sizes, activation }: NetTrial): nn.Module {
  const layers = sizes.slice(1).flatMap((size, i) => {
    const linear = new nn.Linear(sizes[i], size);
    const bound = 1 / Math.sqrt(sizes[i]);
    linear.loadStateDict({
      weight: wave([size, sizes[i]], i, bound),
      bias: wave([size], i + 0.5, bound),
    });
    const before = activation === 'ReLU' ? new nn.ReLU() : new nn.Sigmoid();
    return i > 0 ? [before, linear] : [linear];
  });
  return new nn.Sequential(...layers);
}

type Step = (...inputs: Tensor[]) => Tensor;

/** The repeated function: a training step that returns its loss, or a forward pass that returns the outputs. */
function stepOf(trial: NetTrial): { step: Step; inputs: Tensor[] } {
  const model = modelOf(trial);
  const { sizes, batch } = trial;
  const outputs = sizes[sizes.length - 1];
  const x = wave([batch, sizes[0]], 0.3, 1);
  if (trial.kind === 'infer') {
    model.eval();
    return { step: (input) => noGrad(() => model.forward(input)), inputs: [x] };
  }
  const target =
    trial.loss === 'mse'
      ? wave([batch, outputs], 0.9, 0.5)
      : tensor(Int32Array.from({ length: batch }, (_, i) => i % outputs));
  const lossOf = trial.loss === 'mse' ? F.mseLoss : F.crossEntropy;
  const Optimizer = trial.optimizer === 'Adam' ? optim.Adam : optim.SGD;
  const optimizer = new Optimizer(model.parameters(), { lr: trial.lr });
  const step: Step = (input, labels) => {
    optimizer.zeroGrad();
    const loss = lossOf(model.forward(input), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { step, inputs: [x, target] };
}

/** A network that is ready to run. */
export interface Runner {
  /** Runs some steps; returns the number that must agree for all contestants. */
  readonly check: (steps: number) => number | Promise<number>;
  readonly repeat: Repeat;
  /** The number of steps in one call of `repeat`. */
  readonly units: number;
  /** The statistics of `compile`, where it is used. */
  readonly stats: () => object;
}

type Ways = Omit<Runner, 'stats'>;

function numberOf(result: Tensor): number {
  return result.ndim === 0 ? result.item() : result.to('float64').square().mean().item();
}

/** One call for each step. */
function called(call: Step, inputs: Tensor[]): Ways {
  return {
    check: (steps) => {
      for (let i = 1; i < steps; i++) call(...inputs);
      return numberOf(call(...inputs));
    },
    repeat: (calls) => {
      for (let i = 0; i < calls; i++) call(...inputs);
    },
    units: 1,
  };
}

/** One awaited call for each step. */
function awaited(call: (...inputs: Tensor[]) => Promise<Tensor>, inputs: Tensor[]): Ways {
  return {
    check: async (steps) => {
      for (let i = 1; i < steps; i++) await call(...inputs);
      return numberOf(await call(...inputs));
    },
    repeat: async (calls) => {
      for (let i = 0; i < calls; i++) await call(...inputs);
    },
    units: 1,
  };
}

/** A thousand steps in one call. */
function scanned(scan: Step, inputs: Tensor[]): Ways {
  const stacked = (n: number): Tensor[] => inputs.map((t) => t.expand([n, ...t.shape]).clone());
  const many = stacked(scanSteps);
  return {
    check: (steps) => numberOf(scan(...stacked(steps)).select(0, steps - 1)),
    repeat: (calls) => {
      for (let i = 0; i < calls; i++) scan(...many);
    },
    units: scanSteps,
  };
}

export function runnerOf(trial: NetTrial, mode: Mode): Runner {
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  const { step, inputs } = stepOf(trial);
  if (mode === 'eager') return { ...called(step, inputs), stats: () => ({}) };
  const program = compile(step);
  const ways: Readonly<Record<typeof mode, () => Ways>> = {
    compiled: () => called(program, inputs),
    async: () => awaited((...given) => program.runAsync(...given), inputs),
    scan: () => scanned((...given) => program.scan(...given), inputs),
  };
  return { ...ways[mode](), stats: () => program.stats };
}
