// TensorFlow.js on a trial, one thread: tfjs.mjs TRIAL cpu|wasm|'wasm tuned'.
import { dirname } from 'node:path';
// The main file of the package has no gradients. This import registers them for all copies of the package.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { peer } from './peer.mjs';
import { peakRss, readTrial, report, samplesOf, waveValues } from './timing';

const trial = readTrial();
const [backend, tuned] = process.argv[3].split(' ');
const tf = peer('@tensorflow/tfjs-core');
peer(`@tensorflow/tfjs-backend-${backend}`);
if (backend === 'wasm') {
  const wasm = peer('@tensorflow/tfjs-backend-wasm');
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(`${dirname(peer.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
}
tf.enableProdMode();
await tf.setBackend(backend);
await tf.ready();

const { sizes, batch } = trial;
const [inputs, outputs] = [sizes[0], sizes[sizes.length - 1]];
const wave = (shape, phase, bound) =>
  tf.tensor(waveValues(tf.util.sizeFromShape(shape), phase, bound), shape);

// Weights as (in, out), which this library multiplies fastest.
const layers = sizes.slice(1).map((size, i) => {
  const bound = 1 / Math.sqrt(sizes[i]);
  return {
    weight: tf.variable(tf.transpose(wave([size, sizes[i]], i, bound))),
    bias: tf.variable(wave([size], i + 0.5, bound)),
    activation: trial.activation === 'ReLU' ? tf.relu : tf.sigmoid,
  };
});
const x = wave([batch, inputs], 0.3, 1);

// The gradient of matMul multiplies by transposed operands, which the wasm backend does in a plain loop, without
// XNNPACK; `tuned` transposes first (6 times as fast on the largest network), which the documentation does not mention.
const transposing = tf.customGrad((a, b, save) => {
  save([a, b]);
  const gradient = (dy, [x1, w]) => [
    tf.matMul(dy, tf.transpose(w)),
    tf.matMul(tf.transpose(x1), dy),
  ];
  return { value: tf.matMul(a, b), gradFunc: gradient };
});
const matMul = tuned ? transposing : tf.matMul;

function forward() {
  return layers.reduce((h, { weight, bias, activation }, i) => {
    const z = tf.add(matMul(h, weight), bias);
    return i < layers.length - 1 ? activation(z) : z;
  }, x);
}

function trainingStep() {
  const optimizer =
    trial.optimizer === 'Adam' ? tf.train.adam(trial.lr, 0.9, 0.999, 1e-8) : tf.train.sgd(trial.lr);
  const labels = Array.from({ length: batch }, (_, i) => i % outputs);
  const target =
    trial.loss === 'mse'
      ? wave([batch, outputs], 0.9, 0.5)
      : tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), outputs), 'float32');
  const lossOf = trial.loss === 'mse' ? tf.losses.meanSquaredError : tf.losses.softmaxCrossEntropy;
  return () => optimizer.minimize(() => lossOf(target, forward()), true);
}

const step = trial.kind === 'train' ? trainingStep() : () => tf.tidy(forward);
let check = 0;
for (let i = 0; i < (trial.kind === 'train' ? trial.check : 1); i++) {
  const result = step();
  const values = result.dataSync();
  check = result.rank === 0 ? values[0] : values.reduce((sum, v) => sum + v * v, 0) / values.length;
  result.dispose();
}
const seconds = await samplesOf((calls) => {
  for (let i = 0; i < calls; i++) step().dispose();
}, trial);
report({ check, seconds, maxRss: peakRss(), version: tf.version_core });
