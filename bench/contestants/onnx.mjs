// onnxruntime-node on a trial of inference, by default one thread: onnx.mjs TRIAL MODEL.
import { peer } from './peer.mjs';
import { peakRss, readTrial, report, samplesOf, waveValues } from './timing';

const trial = readTrial();
const ort = peer('onnxruntime-node');
const session = await ort.InferenceSession.create(process.argv[3], {
  intraOpNumThreads: trial.threads ?? 0,
  interOpNumThreads: 1,
  executionProviders: ['cpu'],
});
const shape = [trial.batch, trial.sizes[0]];
const feeds = { x: new ort.Tensor('float32', waveValues(shape[0] * shape[1], 0.3, 1), shape) };
const { data } = (await session.run(feeds)).y;
const check = data.reduce((sum, v) => sum + v * v, 0) / data.length;
const seconds = await samplesOf(async (calls) => {
  for (let i = 0; i < calls; i++) await session.run(feeds);
}, trial);
report({ check, seconds, maxRss: peakRss(), version: ort.env.versions.node });
