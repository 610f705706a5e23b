/** The namespace io: tensors in files. */
export { loadDat, saveDat } from './dat';
