/** Checkpoints: the states of a training run in a directory, written atomically. */
export type { CheckpointInfo } from './directory';
export { CheckpointError } from './error';
export { listCheckpoints, loadCheckpoint, type LoadedCheckpoint, type LoadOptions } from './load';
export { saveCheckpoint, type CheckpointOptions } from './save';
export { isStateful, type Stateful } from './stateful';
