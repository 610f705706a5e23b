/**
 * Modules (torch.nn): layers, activations, losses and containers. An activation without a dimension works elementwise;
 * its result has the shape of its input.
 *
 * @module
 */
export * as init from './init';
export * from './layers';
export * from './module';
export * as utils from './utils';
