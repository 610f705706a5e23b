/** The list of contestants. To add one, write its file and a line here. */
import { bundle, buildC, Missing, peerModule, python, torchPython } from '../build';
import { figuresOf, type Command } from '../runner';
import { cArguments, type Trial } from '../trial';

/** Returns the command that runs a trial, which `file` contains. */
export type Launch = (file: string, trial: Trial) => Command;

interface Contestant {
  readonly label: string;
  /** Builds it. Throws Missing if it cannot run here. */
  readonly prepare: () => Launch;
  /** The largest number of rounds, for slow ones. */
  readonly rounds?: number;
}

function node(file: string, mode: string, needs: readonly string[] = []): () => Launch {
  return () => {
    needs.forEach(peerModule);
    const built = bundle(file);
    return (trial) => [process.execPath, built, trial, mode];
  };
}

function hand(): Launch {
  // -ffast-math and -march=native: allowed to a program for one machine and one network.
  const program = buildC('step', '-march=native', '-ffast-math');
  return (_, trial) => {
    if (trial.kind === 'layers') throw new RangeError('bench: step.c has no layers of images');
    return [program, ...cArguments(trial)];
  };
}

function torch(): Launch {
  const program = torchPython();
  return (trial) => [program, python('step'), trial];
}

const tfjs = (mode: string): (() => Launch) =>
  node('tfjs.mjs', mode, [
    '@tensorflow/tfjs-core',
    `@tensorflow/tfjs-backend-${mode.split(' ')[0]}`,
  ]);

/** Another process writes the file of the model first. */
function onnx(): Launch {
  peerModule('onnxruntime-node');
  const contestant = bundle('onnx.mjs');
  const writer = bundle('onnxModel.ts');
  return (trial) => {
    const model = trial.replace(/\.json$/, '.onnx');
    figuresOf([process.execPath, writer, trial, model], 1);
    return [process.execPath, contestant, trial, model];
  };
}

const contestants = {
  eager: { label: 'blasgrad eager', prepare: node('step.ts', 'eager') },
  compiled: { label: 'blasgrad compiled', prepare: node('step.ts', 'compiled') },
  async: { label: 'blasgrad compiled, background', prepare: node('step.ts', 'async') },
  scan: { label: 'blasgrad scan of 1,000', prepare: node('step.ts', 'scan') },
  c: { label: 'C with OpenBLAS', prepare: hand },
  torch: { label: 'PyTorch eager', prepare: torch },
  wasm: { label: 'TensorFlow.js wasm', prepare: tfjs('wasm') },
  wasmTuned: { label: 'TensorFlow.js wasm, tuned', prepare: tfjs('wasm tuned') },
  cpu: { label: 'TensorFlow.js cpu', prepare: tfjs('cpu'), rounds: 2 },
  onnx: { label: 'onnxruntime-node', prepare: onnx },
} satisfies Record<string, Contestant>;

export type ContestantName = keyof typeof contestants;

/** A contestant that can run here. */
export interface Ready {
  readonly label: string;
  readonly launch: Launch;
  readonly rounds?: number;
}

/** Prepares each contestant once. One that cannot run here is reported and left out. */
export class Roster {
  readonly #ready = new Map<ContestantName, Ready | null>();

  get(name: ContestantName): Ready | null {
    let ready = this.#ready.get(name);
    if (ready === undefined) {
      ready = prepare(contestants[name]);
      this.#ready.set(name, ready);
    }
    return ready;
  }
}

function prepare({ label, prepare: make, rounds }: Contestant): Ready | null {
  try {
    return { label, launch: make(), ...(rounds === undefined ? {} : { rounds }) };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stderr.write(`bench: ${label} is left out: ${error.message}\n`);
    return null;
  }
}
