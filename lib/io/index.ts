/** The namespace io: tensors in files. */
export { loadDat, saveDat } from './dat';
export { loadIdx, type LoadIdxOptions } from './idx';
export { loadNpy, saveNpy, type LoadNpyOptions } from './npy';
export { loadNpz, saveNpz, type SaveNpzOptions } from './npz';
