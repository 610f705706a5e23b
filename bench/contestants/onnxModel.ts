/** Writes the network of a trial as an ONNX file: onnxModel.js TRIAL FILE. A separate process, so that its memory is not counted. */
import { io, zeros } from 'blasgrad';
import type { Trial } from '../trial';
import { layersModelOf } from './layers';
import { modelOf } from './net';
import { readTrial, report } from './timing';

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  const file = process.argv[3];
  const isImages = trial.kind === 'layers';
  const model = isImages ? layersModelOf(trial).eval() : modelOf(trial);
  const input = isImages ? trial.input : [trial.batch, trial.sizes[0]];
  await io.exportOnnx(model, zeros(input), file, {
    dynamicBatch: false,
    inputNames: ['x'],
    outputNames: ['y'],
  });
  report({ file });
}

void main();
