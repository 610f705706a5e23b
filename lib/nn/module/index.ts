/** The base class of layers and models, with parameters, hooks and state dicts. */
export type { ForwardHook, ForwardPreHook, HookHandle } from './hooks';
export { Module, type AnyModule } from './module';
export { Parameter } from './parameter';
export type { LoadReport, StateDict } from './state';
export type { ListOptions } from './tree';
