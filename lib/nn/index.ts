/**
 * Modules (torch.nn): layers, activations, losses and containers. An activation that names no dimension works on each
 * element, and its result has the shape of its input.
 *
 * @module
 */
export * from './layers/activations';
export * from './layers/containers';
export * from './layers/distance';
export * from './layers/dropout';
export type { ForwardHook, ForwardPreHook, HookHandle } from './module/hooks';
export * as init from './init';
export * from './layers/linear';
export * from './layers/losses';
export { Module, type AnyModule } from './module/module';
export type { ListOptions } from './module/tree';
export { Parameter } from './module/parameter';
export type { LoadReport, StateDict } from './module/state';
export * as utils from './utils';
