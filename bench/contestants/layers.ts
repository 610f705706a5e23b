/** Networks that a trial describes as a list of layers, in blasgrad; the same as layers.py. */
import { F, linspace, nn, noGrad, optim, tensor, type Tensor } from 'blasgrad';
import type { LayerSpec, LayersTrial } from '../trial';
import { noiseValues } from './timing';

export function noise(shape: readonly number[], seed: number, bound: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(noiseValues(count, seed, bound)).reshape([...shape]);
}

/** The residual block of ResNet-18, with torchvision's names. */
class BasicBlock extends nn.Module {
  conv1: nn.Module;
  bn1: nn.Module;
  conv2: nn.Module;
  bn2: nn.Module;
  downsample: nn.Module | null;

  constructor(input: number, output: number, stride: number) {
    super();
    const conv = (from: number, step: number): LayerSpec => [
      'Conv2d',
      from,
      output,
      3,
      { stride: step, padding: 1, bias: false },
    ];
    this.conv1 = layerOf(conv(input, stride));
    this.bn1 = layerOf(['BatchNorm2d', output]);
    this.conv2 = layerOf(conv(output, 1));
    this.bn2 = layerOf(['BatchNorm2d', output]);
    const same = stride === 1 && input === output;
    this.downsample = same
      ? null
      : sequenceOf([
          ['Conv2d', input, output, 1, { stride, bias: false }],
          ['BatchNorm2d', output],
        ]);
  }

  override forward(x: Tensor): Tensor {
    const inner = F.relu(this.bn1.forward(this.conv1.forward(x)));
    const outer = this.bn2.forward(this.conv2.forward(inner));
    return F.relu(outer.add(this.downsample === null ? x : this.downsample.forward(x)));
  }
}

type LayerClass = new (...args: unknown[]) => nn.Module;

function layerOf([name, ...args]: LayerSpec): nn.Module {
  const classes = { ...nn, BasicBlock } as unknown as Readonly<Record<string, LayerClass>>;
  if (!(name in classes)) throw new RangeError(`bench: there is no layer nn.${name}`);
  return new classes[name](...args);
}

function sequenceOf(layers: readonly LayerSpec[]): nn.Module {
  return new nn.Sequential(...layers.map(layerOf));
}

/** The network, with initial weights that every contestant can compute. */
export function layersModelOf({ layers }: Pick<LayersTrial, 'layers'>): nn.Module {
  const model = sequenceOf(layers);
  noGrad(() => {
    let seed = 1;
    for (const [name, parameter] of model.namedParameters()) {
      const { ndim, shape } = parameter;
      const isScale = ndim === 1 && name.endsWith('weight');
      const bound = ndim > 1 ? Math.sqrt((3 * shape[0]) / parameter.numel()) : 0.1;
      parameter.copy_(isScale ? parameter.detach().clone().fill_(1) : noise(shape, seed, bound));
      seed++;
    }
  });
  return model;
}

/** Turns dropout off, whose random numbers differ between libraries. */
export function withoutDropout(model: nn.Module): nn.Module {
  for (const module of model.modules()) if (module instanceof nn.Dropout) module.eval();
  return model;
}

/** The root of the mean square of the elements, each times a factor that grows from 1 to 2 with its position. */
export function fingerprint(t: Tensor): number {
  const values = t.detach().to('float64').reshape([-1]);
  const ramp = linspace(1, 2, values.numel(), { dtype: 'float64' });
  return values.mul(ramp).square().mean().sqrt().item();
}

/** A training step or a forward pass; `checked` turns dropout on. */
export interface LayersStep {
  readonly step: (...inputs: Tensor[]) => Tensor;
  readonly inputs: Tensor[];
  readonly checked?: () => void;
}

export function layersStepOf(trial: LayersTrial): LayersStep {
  const model = withoutDropout(layersModelOf(trial));
  const x = noise(trial.input, 0, 1);
  if (trial.task === 'infer') {
    model.eval();
    return { step: (input) => noGrad(() => model.forward(input)), inputs: [x] };
  }
  const classes = 10;
  const labels = tensor(Int32Array.from({ length: trial.input[0] }, (_, i) => i % classes));
  const Optimizer = trial.optimizer === 'Adam' ? optim.Adam : optim.SGD;
  const optimizer = new Optimizer(model.parameters(), { lr: trial.lr });
  const step = (input: Tensor, target: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(input), target);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { step, inputs: [x, labels], checked: () => void model.train() };
}
