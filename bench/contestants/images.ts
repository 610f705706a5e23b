/** Forward and backward passes of single layers, compiled; the same as images.py. */
import { backend, compile, type nn, type Tensor } from 'blasgrad';
import type { ImageLayer, Timing } from '../trial';
import { fingerprint, layersModelOf, noise, withoutDropout } from './layers';
import { readTrial, report, samplesOf } from './timing';

interface Trial extends Timing {
  readonly functions: Readonly<Record<string, ImageLayer>>;
}

/** A pass forward and backward. The gradients are those of the input and of the parameters. */
interface Pass {
  readonly model: nn.Module;
  readonly run: () => Tensor;
  readonly gradients: () => Tensor[];
}

function passOf({ input, layer }: ImageLayer, dtype: 'float32' | 'float64'): Pass {
  const model = layersModelOf({ layers: [layer] }).to(dtype);
  const x = noise(input, 0, 1).to(dtype).requiresGrad_();
  const dy = noise(model.forward(x).shape, 99, 1).to(dtype);
  const leaves = [x, ...model.parameters()];
  const run = (): Tensor => {
    for (const leaf of leaves) leaf.grad = null;
    const y = model.forward(x);
    y.backward(dy);
    return y;
  };
  return { model, run, gradients: () => leaves.flatMap(({ grad }) => grad ?? []) };
}

/** The output and all gradients of a pass. */
function resultsOf({ model, run, gradients }: Pass): Tensor[] {
  withoutDropout(model);
  const y = run().detach();
  const results = [y, ...gradients().map((t) => t.clone())];
  model.train();
  return results;
}

/** The largest difference from float64, divided by the largest value, of the output and of each gradient. */
function largestError(results: readonly Tensor[], exact: readonly Tensor[]): number {
  const errors = results.map((t, i) => {
    const most = exact[i].abs().max().item();
    return t.to('float64').sub(exact[i]).abs().max().item() / most;
  });
  return Math.max(...errors);
}

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  const ops: Record<string, object> = {};
  for (const [name, layer] of Object.entries(trial.functions)) {
    const pass = passOf(layer, 'float32');
    const results = resultsOf(pass);
    const error = largestError(results, resultsOf(passOf(layer, 'float64')));
    const step = compile(() => void pass.run());
    const seconds = await samplesOf((calls) => {
      for (let i = 0; i < calls; i++) step();
    }, trial);
    ops[name] = { check: results.map(fingerprint), error, seconds };
  }
  report({ ops });
}

void main();
