/** A model with its transformers in one file. */
export { loadModel, type LoadModelOptions } from './load';
export type { LoadedModel, Prediction } from './loadedModel';
export { saveModel, type ModelParts } from './save';
