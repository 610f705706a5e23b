/** The namespace io: tensors in files. */
export { loadDat, saveDat } from './dat';
export {
  loadSafetensors,
  readSafetensorsHeader,
  saveSafetensors,
  type SafetensorsHeader,
  type SafetensorsOptions,
  type SafetensorsTensor,
} from './safetensors';
