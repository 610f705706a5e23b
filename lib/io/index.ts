/** The namespace io: tensors in files, and checkpoints. */
export {
  CheckpointError,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  type CheckpointInfo,
  type CheckpointOptions,
  type LoadedCheckpoint,
  type LoadOptions,
  type Stateful,
} from './checkpoint';
export { loadDat, saveDat } from './dat';
export { loadIdx, type LoadIdxOptions } from './idx';
export {
  loadSafetensors,
  readSafetensorsHeader,
  saveSafetensors,
  type SafetensorsHeader,
  type SafetensorsOptions,
  type SafetensorsTensor,
} from './safetensors';
