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
 * The result of `stateDict`: the state by parameter number, and the options and parameter numbers of each group.
 */
export interface OptimizerState {
  /**
   * State tensors by name, for each parameter number; `master` is the float32 copy of a half-precision
   * parameter.
   */
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
      // Parameters that were never updated have no entry, even after loading.
      if (own !== undefined && own.tensors.size > 0) state[next] = Object.fromEntries(own.tensors);
      return next++;
    });
    return { ...(Object.fromEntries(values) as Record<string, unknown>), params };
  });
  return { state, paramGroups };
}

function requireObject(op: string, name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) {
    throw wrongType(op, 'an object', name, value);
  }
  return value as Record<string, unknown>;
}

function requireList(op: string, name: string, value: unknown, length: number): unknown[] {
  if (!Array.isArray(value)) throw wrongType(op, 'an array', name, value);
  if (value.length !== length) {
    throw unexpected(op, `an array of ${length} elements`, name, String(value.length));
  }
  return value;
}

/** The checked saved tensors of one parameter. */
function requireTensors<O>(
  op: string,
  name: string,
  value: unknown,
  param: Tensor,
  { state }: Definition<O>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const specs: readonly { name: string; isScalar?: true }[] = [...state, { name: masterName }];
  const names = specs.map((spec) => spec.name);
  const saved = requireObject(op, name, value);
  requireOptions(op, saved, names);
  for (const spec of specs) {
    const tensor = saved[spec.name];
    if (tensor === undefined) continue;
    const argument = `${name}.${spec.name}`;
    if (!(tensor instanceof Tensor)) throw wrongType(op, 'a tensor', argument, tensor);
    const shape = spec.isScalar ? [] : param.shape;
    if (!sameShape(tensor.shape, shape)) {
      throw unexpected(op, `shape ${shapeText(shape)}`, argument, shapeText(tensor.shape));
    }
    tensors.set(spec.name, tensor);
  }
  return tensors;
}

/** Checks everything before it assigns, so that an error changes nothing. */
export function loadState<O>(
  op: string,
  dict: unknown,
  groups: readonly ParamGroup<O>[],
  definition: Definition<O>,
  stateOf: (param: Tensor) => ParamState<O>,
): void {
  const { state, paramGroups } = requireObject(op, 'dict', dict);
  const savedStates = requireObject(op, 'state', state);
  const savedGroups = requireList(op, 'paramGroups', paramGroups, groups.length);
  const specs = Object.entries<OptionSpec<unknown>>(definition.options);
  const writes: (() => void)[] = [];
  groups.forEach((group, g) => {
    const name = `paramGroups[${g}]`;
    group._requireUnused(op);
    const saved = requireObject(op, name, savedGroups[g]);
    const known = specs.map(([key]) => key);
    requireOptions(op, saved, [...known, 'params', 'initialLr']);
    const numbers = requireList(op, `${name}.params`, saved['params'], group.params.length);
    for (const [key, spec] of specs) {
      if (saved[key] === undefined) continue;
      const value = spec.check(op, `${name}.${key}`, saved[key]);
      writes.push(() => Reflect.set(group, key, value));
    }
    if (saved['initialLr'] !== undefined) {
      const initialLr = requireNumber(op, `${name}.initialLr`, saved['initialLr']);
      writes.push(() => (group.initialLr = initialLr));
    }
    group.params.forEach((param, i) => {
      const number = String(numbers[i]);
      const own = savedStates[number];
      const tensors = requireTensors(op, `state[${number}]`, own ?? {}, param, definition);
      const target = stateOf(param);
      requireUnused(op, target.tensors.values());
      for (const tensor of tensors.values()) usableMemory(op, tensor);
      writes.push(() => {
        target.load(op, group, tensors);
      });
    });
  });
  for (const write of writes) write();
}
