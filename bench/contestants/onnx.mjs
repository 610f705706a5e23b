// onnxruntime-node on a trial of inference, by default one thread: onnx.mjs TRIAL MODEL.
import { peer } from './peer.mjs';
import { noiseValues, peakRss, readTrial, report, samplesOf, waveValues } from './timing';

const trial = readTrial();
const ort = peer('onnxruntime-node');
const session = await ort.InferenceSession.create(process.argv[3], {
  intraOpNumThreads: trial.threads ?? 0,
  interOpNumThreads: 1,
  executionProviders: ['cpu'],
});
const isImages = trial.kind === 'layers';
const shape = isImages ? trial.input : [trial.batch, trial.sizes[0]];
const count = shape.reduce((a, b) => a * b);
const values = isImages ? noiseValues(count, 0, 1) : waveValues(count, 0.3, 1);
const feeds = { x: new ort.Tensor('float32', values, shape) };
const { data } = (await session.run(feeds)).y;
// As `fingerprint` in layers.ts, or a mean square.
const ramp = (i) => (isImages ? 1 + i / (data.length - 1) : 1);
const mean = data.reduce((sum, v, i) => sum + (v * ramp(i)) ** 2, 0) / data.length;
const check = isImages ? Math.sqrt(mean) : mean;
const seconds = await samplesOf(async (calls) => {
  for (let i = 0; i < calls; i++) await session.run(feeds);
}, trial);
report({ check, seconds, maxRss: peakRss(), version: ort.env.versions.node });
