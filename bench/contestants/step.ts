/** One eager training step of a workload, one thread; the same trial as step.py. */
import { backend, F, nn, optim, tensor, type Tensor } from 'blasgrad';
import { median, report, secondsOf } from './timing';
import workloads from '../workloads.json';

const work = workloads.steps[process.argv[2] as keyof typeof workloads.steps];
backend.setNumThreads(1);

/** Numbers both contestants can make: sin(0.7 i + phase) times a bound. */
function wave(shape: number[], phase: number, bound: number): Tensor {
  const values = Float64Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => bound * Math.sin(0.7 * i + phase),
  );
  return tensor(values).to('float32').reshape(shape);
}

const layers: nn.Module[] = [];
work.sizes.slice(1).forEach((size, i) => {
  const linear = new nn.Linear(work.sizes[i], size);
  const bound = 1 / Math.sqrt(work.sizes[i]);
  linear.loadStateDict({
    weight: wave([size, work.sizes[i]], i, bound),
    bias: wave([size], i + 0.5, bound),
  });
  if (i > 0) layers.push(work.activation === 'ReLU' ? new nn.ReLU() : new nn.Sigmoid());
  layers.push(linear);
});
const model = new nn.Sequential(...layers);
const optimizer =
  work.optimizer === 'Adam'
    ? new optim.Adam(model.parameters(), { lr: work.lr })
    : new optim.SGD(model.parameters(), { lr: work.lr });
const [inputs, outputs] = [work.sizes[0], work.sizes[work.sizes.length - 1]];
const x = wave([work.batch, inputs], 0.3, 1);
const labels = tensor(Int32Array.from({ length: work.batch }, (_, i) => i % outputs));
const target = wave([work.batch, outputs], 0.9, 0.5);

function step(): Tensor {
  optimizer.zeroGrad();
  const output = model.forward(x);
  const loss = work.loss === 'mse' ? F.mseLoss(output, target) : F.crossEntropy(output, labels);
  loss.backward();
  optimizer.step();
  return loss;
}

let loss = 0;
for (let i = 0; i < 20; i++) loss = step().item();
const times = Array.from({ length: work.rounds }, () =>
  secondsOf(() => {
    for (let i = 0; i < work.steps; i++) step();
  }),
);
report({ seconds: median(times.slice(2)) / work.steps, loss });
