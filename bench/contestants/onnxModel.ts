/** Writes the network of a trial as an ONNX file: onnxModel.js TRIAL FILE. A separate process, so that its memory is not counted. */
import { io, zeros } from 'blasgrad';
import type { NetTrial } from '../trial';
import { modelOf } from './net';
import { readTrial, report } from './timing';

async function main(): Promise<void> {
  const trial = readTrial() as NetTrial;
  const file = process.argv[3];
  await io.exportOnnx(modelOf(trial), zeros(trial.batch, trial.sizes[0]), file, {
    dynamicBatch: false,
    inputNames: ['x'],
    outputNames: ['y'],
  });
  report({ file });
}

void main();
