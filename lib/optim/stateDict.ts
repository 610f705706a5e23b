/** Saving and loading the state of an optimizer. */
import { requireUnused, usableMemory } from '../core/access';
import { requireNumber, requireOptions, shapeText, unexpected, wrongType } from '../core/errors';
import { sameShape } from '../core/shape';
import { Tensor } from '../core/tensor';
import { masterName } from './masterWeights';
import type { OptionSpec } from './options';
import type { GroupBase, ParamGroup } from './paramGroup';
import type { Definition, ParamState } from './paramState';

/**
 * The result of `stateDict`: state by the number of the parameter, and the options of each group with these numbers.
 */
export interface OptimizerState {
  /** Tensors by name, for the number of each parameter; `master` is the float32 copy of one in half precision. */
  state: Record<string, Record<string, Tensor>>;
  /** Options of each group, and the numbers of its parameters. */
  paramGroups: ({
    /** Numbers of the parameters. */
    params: number[];
  } & Record<string, unknown>)[];
}

export function saveState<O>(
  groups: readonly GroupBase[],
  options: readonly string[],
  states: ReadonlyMap<Tensor, ParamState<O>>,
): OptimizerState {
  const state: OptimizerState['state'] = {};
  let next = 0;
  const paramGroups = groups.map((group) => {
    const names = group.initialLr === undefined ? options : [...options, 'initialLr'];
    const values = names.map((name) => [name, Reflect.get(group, name) as unknown]);
    const params = group.params.map((param) => {
      const own = states.get(param);
      // Nothing for a parameter that has taken no step, also after loading.
      if (own !== undefined && own.tensors.size > 0) state[next] = Object.fromEntries(own.tensors);
      return next++;
    });
    return { ...(Object.fromEntries(values) as Record<string, unknown>), params };
  });
  return { state, paramGroups };
}

function requireObject(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) {
    throw wrongType('loadStateDict', 'an object', name, value);
  }
  return value as Record<string, unknown>;
}

function requireList(name: string, value: unknown, length: number): unknown[] {
  if (!Array.isArray(value)) throw wrongType('loadStateDict', 'an array', name, value);
  if (value.length !== length) {
    throw unexpected('loadStateDict', `${length} elements`, name, String(value.length));
  }
  return value;
}

/** The saved tensors of one parameter, checked. */
function requireTensors<O>(
  name: string,
  value: unknown,
  param: Tensor,
  { state }: Definition<O>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const specs: readonly { name: string; single?: true }[] = [...state, { name: masterName }];
  const names = specs.map((spec) => spec.name);
  const saved = requireObject(name, value);
  requireOptions('loadStateDict', saved, names);
  for (const spec of specs) {
    const tensor = saved[spec.name];
    if (tensor === undefined) continue;
    const place = `${name}.${spec.name}`;
    if (!(tensor instanceof Tensor)) throw wrongType('loadStateDict', 'a tensor', place, tensor);
    const shape = spec.single ? [] : param.shape;
    if (!sameShape(tensor.shape, shape)) {
      const what = `shape ${shapeText(shape)}`;
      throw unexpected('loadStateDict', what, place, shapeText(tensor.shape));
    }
    tensors.set(spec.name, tensor);
  }
  return tensors;
}

/** Checks everything first, then assigns, so that an error changes nothing. */
export function loadState<O>(
  dict: unknown,
  groups: readonly ParamGroup<O>[],
  definition: Definition<O>,
  stateOf: (param: Tensor) => ParamState<O>,
): void {
  const { state, paramGroups } = requireObject('dict', dict);
  const savedStates = requireObject('state', state);
  const savedGroups = requireList('paramGroups', paramGroups, groups.length);
  const specs = Object.entries<OptionSpec<unknown>>(definition.options);
  const writes: (() => void)[] = [];
  groups.forEach((group, g) => {
    const name = `paramGroups[${g}]`;
    group._requireUnused('loadStateDict');
    const saved = requireObject(name, savedGroups[g]);
    const known = specs.map(([key]) => key);
    requireOptions('loadStateDict', saved, [...known, 'params', 'initialLr']);
    const numbers = requireList(`${name}.params`, saved['params'], group.params.length);
    for (const [key, spec] of specs) {
      if (saved[key] === undefined) continue;
      const value = spec.check('loadStateDict', `${name}.${key}`, saved[key]);
      writes.push(() => Reflect.set(group, key, value));
    }
    if (saved['initialLr'] !== undefined) {
      const initialLr = requireNumber('loadStateDict', `${name}.initialLr`, saved['initialLr']);
      writes.push(() => (group.initialLr = initialLr));
    }
    group.params.forEach((param, i) => {
      const number = String(numbers[i]);
      const own = savedStates[number];
      const tensors = requireTensors(`state[${number}]`, own ?? {}, param, definition);
      const target = stateOf(param);
      requireUnused('loadStateDict', target.tensors.values());
      for (const tensor of tensors.values()) usableMemory('loadStateDict', tensor);
      writes.push(() => {
        target.load(group, tensors);
      });
    });
  });
  for (const write of writes) write();
}
