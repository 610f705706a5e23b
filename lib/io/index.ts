/** The namespace io: tensors in files. */
export { loadDat, saveDat } from './dat';
export { loadIdx, type LoadIdxOptions } from './idx';
