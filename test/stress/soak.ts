/**
 * Trains, predicts, captures, disposes, saves and loads for a given time, and checks that memory, threads, files and handles
 * do not grow. Long runs do not force garbage collections.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, data, F, io, manualSeed, nn, noGrad, optim, randn, type Tensor } from 'blasgrad';
import {
  collected,
  growthOf,
  leaksIn,
  lineOf,
  lower,
  measured,
  megabytes,
  type Sample,
} from './measure';

const [rows, inputs, hidden, classes] = [16, 32, 256, 8];

function makeModel(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(inputs, hidden),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(hidden, classes),
  );
}

function trainingOf(model: nn.Module): (x: Tensor, y: Tensor) => Tensor {
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  return (x, y) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** One round of everything; the arenas of the programs that lived in it, in bytes. */
async function cycle(number: number, folder: string): Promise<number> {
  const [xs, ys] = [randn(100, rows, inputs), randn(100, rows, classes)];
  const [x, y] = [xs.select(0, 0), ys.select(0, 0)];
  const model = makeModel();

  const eager = trainingOf(model);
  for (let i = 0; i < 20; i++) eager(x, y);

  const step = compile(trainingOf(model));
  for (let i = 0; i < 50; i++) step(xs.select(0, i), ys.select(0, i));
  step.scan(xs, ys);
  await step.scanAsync(xs, ys, { onProgress: () => undefined });
  const abort = new AbortController();
  const aborted = step.scanAsync(xs, ys, { signal: abort.signal }).catch(() => undefined);
  abort.abort();
  await aborted;
  const arena = step.stats.arenaBytes;
  if (number % 2 === 0) step.dispose(); // the others are left to the collector

  // Files one after another in the same places, and checkpoints of which two stay.
  const text = join(folder, 'parameters.dat');
  const binary = join(folder, 'parameters.safetensors');
  io.saveTextSync(text, model.stateDict());
  io.saveSafetensorsSync(binary, model.stateDict());
  const copy = makeModel();
  copy.loadStateDict(io.loadTextSync(text));
  copy.loadStateDict(io.loadSafetensorsSync(binary));
  const checkpoints = join(folder, 'checkpoints');
  await io.saveCheckpoint(checkpoints, { model, step: number }, { keep: 2 });
  await io.loadCheckpoint(checkpoints, { model: copy });
  model.eval();
  copy.eval();
  const [own, loaded] = noGrad(() => [model.forward(x), copy.forward(x)]);
  if (own.sub(loaded).abs().max().item() !== 0)
    throw new Error('soak: the copy predicts otherwise');

  const loader = new data.DataLoader(new data.TensorDataset(xs, ys), {
    batchSize: 8,
    shuffle: true,
  });
  let seen = 0;
  for (const [batch] of loader) seen += batch.shape[0];
  for await (const [batch] of loader) seen += batch.shape[0];
  if (seen !== 200) throw new Error(`soak: the loader gave ${seen} rows`);
  return arena;
}

export interface SoakOptions {
  /** How long, unless `cycles` says how often. */
  readonly minutes: number;
  readonly cycles?: number;
  readonly say: (line: string) => void;
}

const samplesWanted = 60;
const warmUp = 0.4; // of all samples: V8's young generation grows for the first hundred thousands of steps

/** What is wrong, or nothing. */
export async function soak({ minutes, cycles = Infinity, say }: SoakOptions): Promise<string[]> {
  manualSeed(1);
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-soak-'));
  const samples: Sample[] = [];
  const start = performance.now();
  const interval = cycles < Infinity ? 0 : (minutes * 60_000) / samplesWanted;
  let next = start + interval;
  let arena = 0;
  let low: Sample | null = null; // the low-water marks since the last line
  try {
    for (let number = 1; number <= cycles; number++) {
      const taken = await cycle(number, folder);
      if (arena !== 0 && taken !== arena) return [`the arena went from ${arena} to ${taken} bytes`];
      arena = taken;
      // In a short run, garbage would hide everything.
      const now = cycles === Infinity ? measured() : await collected();
      low = low === null ? now : lower(low, now);
      if (performance.now() < next) continue;
      next += interval;
      samples.push(low);
      const time = ((performance.now() - start) / 1000).toFixed(0).padStart(5);
      say(`${time} s, ${number} cycles: ${lineOf(low)}, arena ${(arena / 1e3).toFixed(1)} kB`);
      low = null;
      if (cycles === Infinity && samples.length === samplesWanted) break;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const settled = samples.slice(Math.floor(warmUp * samples.length));
  const growth = growthOf(settled.map(({ rss }) => rss));
  say(`after the warm-up of ${warmUp * 100} %: rss by ${megabytes(growth)} over the rest`);
  return leaksIn(settled);
}
