/** The namespace io: tensors in files. */
export { loadDat, saveDat } from './dat';
export { exportOnnx, type OnnxExportOptions, type OnnxInputs } from './onnx/export';
