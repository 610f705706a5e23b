/** Saves and loads the checkpoints of a training run. */
import { access, constants, mkdir } from 'node:fs/promises';
import {
  isStateful,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  type Stateful,
} from '../io/checkpoint';
import type { Plan } from './options';
import type { TrainingState } from './state';

/** The checkpoints of one run. */
export class Saver {
  /** Path of the checkpoint that was saved or loaded last. */
  path: string | null = null;
  /** Path of the newest checkpoint that was saved as the best one. */
  bestPath: string | null = null;
  /** The progress at the last save. */
  private saved = '';

  constructor(
    private readonly plan: Plan,
    private readonly state: TrainingState,
  ) {}

  /** Loads the newest checkpoint if the option `resume` is set; returns its path or null. */
  async resume(): Promise<string | null> {
    const { checkpoint, resume } = this.plan;
    if (checkpoint !== null && resume !== false) {
      const { dir, fallback, entries } = checkpoint;
      if (resume === true || (await listCheckpoints(dir)).length > 0) {
        const others = Object.entries(entries).filter(([, entry]) => isStateful(entry));
        const more = Object.fromEntries(others) as Record<string, Stateful>;
        const targets = { ...more, ...this.states };
        this.path = (await loadCheckpoint(dir, targets, { fallback })).path;
        this.bestPath = (await listCheckpoints(dir)).find(({ best }) => best)?.path ?? null;
      }
    }
    if (checkpoint !== null) await requireWritable(checkpoint.dir);
    this.saved = this.progress;
    return this.path;
  }

  /** Saves a checkpoint, unless nothing has changed since the last one; returns its path or null. */
  async save(best = false): Promise<string | null> {
    const { checkpoint } = this.plan;
    const { progress, states } = this;
    if (checkpoint === null || this.saved === progress) return null;
    const { dir, keep, entries } = checkpoint;
    const { step } = this.state;
    this.path = await saveCheckpoint(dir, { ...entries, ...states, step }, { keep, best });
    if (best) this.bestPath = this.path;
    this.saved = progress;
    return this.path;
  }

  private get states(): Record<string, Stateful | undefined> {
    const { model, optimizer, scheduler, loader } = this.plan;
    return {
      model,
      optimizer,
      scheduler: scheduler ?? undefined,
      loader: isStateful(loader) ? loader : undefined,
      training: this.state,
    };
  }

  private get progress(): string {
    const { epoch, step, trained } = this.state;
    return [epoch, step, trained !== null].join();
  }
}

/** Creates the directory and checks that it is writable, so that an error occurs before the first epoch. */
async function requireWritable(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await access(dir, constants.W_OK);
}
