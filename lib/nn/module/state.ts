/** The state dict of a module. */
import { requireUnused, usableMemory } from '../../core/access';
import { noGrad } from '../../core/gradMode';
import { describe, shapeText, wrongType } from '../../core/errors';
import { sameShape } from '../../core/shape';
import { Tensor } from '../../core/tensor';
import type { AnyModule } from './module';

/** Tensors by name: `{ '0.weight': ..., '0.bias': ... }`. */
export type StateDict = Record<string, Tensor>;

/** The names that `loadStateDict` did not find in the dict, and names in it that the module does not have. */
export interface LoadReport {
  /** Names of the module that the dict does not have. */
  readonly missingKeys: string[];
  /** Names of the dict that the module does not have. */
  readonly unexpectedKeys: string[];
}

/** Parameters and persistent buffers of a module and its submodules, a shared one under each of its names. */
export function collectState(module: AnyModule): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  module._walk((part, prefix) => {
    part._eachParameter((parameter, name) => state.set(prefix + name, parameter));
    part._eachBuffer((buffer, name, persistent) => {
      if (persistent) state.set(prefix + name, buffer);
    });
  }, true);
  return state;
}

/** Copies the values of `dict` into `module`. Checks everything first, so that an error changes nothing. */
export function loadState(module: AnyModule, dict: unknown, strict: boolean): LoadReport {
  if (typeof dict !== 'object' || dict === null || dict instanceof Tensor || Array.isArray(dict)) {
    throw wrongType('loadStateDict', 'an object of tensors', 'dict', dict);
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
    const name = module.constructor.name;
    throw new RangeError(
      `loadStateDict: expected the tensors of ${name} for dict, got\n  ${problems.join('\n  ')}`,
    );
  }
  requireUnused(
    'loadStateDict',
    copies.map(([own]) => own),
  );
  for (const [, source] of copies) usableMemory('loadStateDict', source);
  noGrad(() => {
    for (const [own, source] of copies) own.copy_(source);
  });
  return { missingKeys, unexpectedKeys };
}
