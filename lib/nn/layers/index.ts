/** The layers, by file. */
export * from './activations';
export { ModuleDict, ModuleList, ParameterList } from './containers';
export * from './convolution';
export * from './convolutionTranspose';
export * from './distance';
export * from './dropout';
export * from './embedding';
export * from './linear';
export * from './losses';
export * from './numericActivations';
export * from './padding';
export * from './reshape';
export * from './sequential';
export * from './softmax';
export * from './tabularMlp';
export * from './unfold';
export type { LayerOptions } from './weights';
