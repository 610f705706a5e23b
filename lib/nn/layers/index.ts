/** The layers, by file. */
export * from './activations';
export * from './containers';
export * from './distance';
export * from './dropout';
export * from './embedding';
export * from './linear';
export * from './losses';
export * from './reshape';
export type { LayerOptions } from './weights';
