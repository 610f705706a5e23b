/**
 * Modules (torch.nn): layers, activations, losses and containers. An activation that names no dimension works on each
 * element, and its result has the shape of its input.
 *
 * @module
 */
export * from './activations';
export * from './containers';
export * from './distance';
export * from './dropout';
export type { ForwardHook, ForwardPreHook, HookHandle } from './hooks';
export * as init from './init';
export * from './linear';
export * from './losses';
export { Module, type AnyModule } from './module';
export type { ListOptions } from './tree';
export { Parameter } from './parameter';
export type { LoadReport, StateDict } from './state';
export * as utils from './utils';
