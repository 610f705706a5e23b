/** The network of a trial in blasgrad, and the ways to run it. */
import { backend, compile, F, nn, noGrad, optim, tensor, type Tensor } from 'blasgrad';
import type { NetTrial, Trial } from '../trial';
import { fingerprint, layersStepOf } from './layers';
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
interface Repeated {
  readonly step: Step;
  readonly inputs: Tensor[];
  /** What must agree of the outputs of a forward pass. */
  readonly outputNumber: (output: Tensor) => number;
  /** Ends the state in which results are compared. */
  readonly checked?: () => void;
}

const meanSquare = (t: Tensor): number => t.to('float64').square().mean().item();

function stepOf(trial: Trial): Repeated {
  if (trial.kind === 'layers') return { ...layersStepOf(trial), outputNumber: fingerprint };
  return { ...connectedStepOf(trial), outputNumber: meanSquare };
}

function connectedStepOf(trial: NetTrial): { step: Step; inputs: Tensor[] } {
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
  /** Ends the state in which results are compared; before the first `repeat`. */
  readonly checked: () => void;
  /** The statistics of `compile`, where it is used. */
  readonly stats: () => object;
}

type Ways = Omit<Runner, 'stats' | 'checked'>;

/** The inputs of each step, and the number of its result that must agree. */
interface Given {
  readonly inputs: Tensor[];
  readonly numberOf: (result: Tensor) => number;
}

/** One call for each step. */
function called(call: Step, { inputs, numberOf }: Given): Ways {
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
function awaited(
  call: (...inputs: Tensor[]) => Promise<Tensor>,
  { inputs, numberOf }: Given,
): Ways {
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
function scanned(scan: Step, { inputs, numberOf }: Given): Ways {
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

export function runnerOf(trial: Trial, mode: Mode): Runner {
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  const { step, inputs, outputNumber, checked = () => undefined } = stepOf(trial);
  const numberOf = (result: Tensor): number =>
    result.ndim === 0 ? result.item() : outputNumber(result);
  const given = { inputs, numberOf };
  if (mode === 'eager') return { ...called(step, given), checked, stats: () => ({}) };
  const program = compile(step);
  const ways: Readonly<Record<typeof mode, () => Ways>> = {
    compiled: () => called(program, given),
    async: () => awaited((...all) => program.runAsync(...all), given),
    scan: () => scanned((...all) => program.scan(...all), given),
  };
  return { ...ways[mode](), checked, stats: () => program.stats };
}
