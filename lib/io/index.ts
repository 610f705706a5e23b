/**
 * Tensors and models in files: safetensors, NumPy's formats, IDX, ONNX, and checkpoints of training runs.
 *
 * @module
 */
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
export { exportOnnx, type OnnxExportOptions, type OnnxInputs } from './onnx/export';
export { importOnnx, type ImportOnnxOptions, type OnnxModule } from './onnx/import';
export { loadIdx, type LoadIdxOptions } from './idx';
export {
  loadSafetensors,
  loadSafetensorsSync,
  readSafetensorsHeader,
  readSafetensorsHeaderSync,
  saveSafetensors,
  saveSafetensorsSync,
  type LoadSafetensorsOptions,
  type SafetensorsHeader,
  type SafetensorsOptions,
  type SafetensorsTensor,
} from './safetensors';
export {
  loadModel,
  saveModel,
  type LoadedModel,
  type LoadModelOptions,
  type ModelParts,
  type Prediction,
} from './model';
export { loadNpy, saveNpy, type LoadNpyOptions } from './npy';
export { loadNpz, saveNpz, type SaveNpzOptions } from './npz';
export { loadText, loadTextSync, saveText, saveTextSync } from './text';
