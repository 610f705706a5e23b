/** The state dict of a module. */
import { requireUnused, usableMemory } from '../../core/access';
import { noGrad } from '../../core/gradMode';
import { describe, methodName, shapeText, wrongType } from '../../core/errors';
import { sameShape } from '../../core/shape';
import { Tensor } from '../../core/tensor';
import type { AnyModule } from './module';

/** Parameters and buffers by name: `{ '0.weight': ..., '0.bias': ... }`. */
export type StateDict = Record<string, Tensor>;

/** The differences that `loadStateDict` found between the names of the module and the names of the dict. */
export interface LoadReport {
  /** Names that the module has and the dict lacks. */
  readonly missingKeys: string[];
  /** Names that the dict has and the module lacks. */
  readonly unexpectedKeys: string[];
}

/** Parameters and persistent buffers of a module and its submodules. Shared tensors appear under each of their names. */
export function collectState(module: AnyModule): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  module._walk((submodule, prefix) => {
    submodule._eachParameter((parameter, name) => state.set(prefix + name, parameter));
    submodule._eachBuffer((buffer, name, persistent) => {
      if (persistent) state.set(prefix + name, buffer);
    });
  }, true);
  return state;
}

/** Copies the values of `dict` into `module`. Checks everything first, so that an error changes nothing. */
export function loadState(module: AnyModule, dict: unknown, strict: boolean): LoadReport {
  const op = methodName(module, 'loadStateDict');
  if (typeof dict !== 'object' || dict === null || dict instanceof Tensor || Array.isArray(dict)) {
    throw wrongType(op, 'an object of tensors', 'dict', dict);
  }
  const saved = new Map<string, unknown>(Object.entries(dict));
  const state = collectState(module);
  const missingKeys = [...state.keys()].filter((name) => !saved.has(name));
  const unexpectedKeys = [...saved.keys()].filter((name) => !state.has(name));
  const problems: string[] = [];
  if (strict) {
    problems.push(...missingKeys.map((name) => `missing: '${name}'`));
    problems.push(...unexpectedKeys.map((name) => `unexpected: '${name}'`));
  }
  const copies: [Tensor, Tensor][] = [];
  for (const [name, own] of state) {
    if (!saved.has(name)) continue;
    const source = saved.get(name);
    if (!(source instanceof Tensor)) {
      problems.push(`'${name}': expected a tensor, got ${describe(source)}`);
    } else if (!sameShape(source.shape, own.shape)) {
      const shapes = `expected shape ${shapeText(own.shape)}, got ${shapeText(source.shape)}`;
      problems.push(`'${name}': ${shapes}`);
    } else {
      copies.push([own, source]);
    }
  }
  if (problems.length > 0) {
    const hasOtherNames = strict && missingKeys.length + unexpectedKeys.length > 0;
    const remedy = hasOtherNames
      ? '\nPass { strict: false } to load only the names that both have.'
      : '';
    throw new RangeError(
      `${op}: dict does not match the module; nothing was loaded:\n  ${problems.join('\n  ')}${remedy}`,
    );
  }
  requireUnused(
    op,
    copies.map(([own]) => own),
  );
  for (const [, source] of copies) usableMemory(op, source);
  noGrad(() => {
    for (const [own, source] of copies) own.copy_(source);
  });
  return { missingKeys, unexpectedKeys };
}
