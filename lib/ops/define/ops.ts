/** Looks up the functions of native ops by dtype. */
import type {
  NativeKernelPairs,
  NativeKernels,
  NativeOp,
  NativeOpDefinition,
} from '../../../binding';
import { addErrorName } from '../../core/caller';
import { byDType, type DType } from '../../core/dtype';
import { addon } from '../../core/native';

/** The functions of an op by dtype. For a dtype that the op does not support, the function throws. */
export type Kernels = Readonly<Record<DType, NativeOp>>;
/** The functions of an op by two dtypes, the second inside the first. */
export type KernelPairs = Readonly<Record<DType, Kernels>>;

const used = new Set<string>();

/** The functions of the native op `name`. Call it once: `kernels('add')[x.dtype](...)`. */
export function kernels(name: string): Kernels {
  return tableOf(name, find(name));
}

/** The functions of a native op on two dtypes: `kernelPairs('gather')[x.dtype][index.dtype](...)`. */
export function kernelPairs(name: string): KernelPairs {
  const found = find(name) as Readonly<Partial<KernelPairs>>;
  const refused = missingKernel(name, found);
  return byDType((dtype) => {
    const inner = found[dtype];
    return inner === undefined ? byDType(() => refused(dtype)) : tableOf(name, inner);
  });
}

/** A native op that no family uses, or that does not exist, fails a test. */
function find(name: string): NativeKernels | NativeKernelPairs {
  const found = addon.ops[name] as NativeKernels | NativeKernelPairs | undefined;
  if (found === undefined)
    throw new Error(`blasgrad: the addon has no op ${name}; build it again with npm run build`);
  used.add(name);
  addErrorName(name);
  return found;
}

function tableOf(name: string, found: Readonly<Partial<Kernels>>): Kernels {
  const refused = missingKernel(name, found);
  return byDType((dtype) => found[dtype] ?? refused(dtype));
}

/** Functions that throw, for dtypes that the op does not support. */
function missingKernel(name: string, found: object): (dtype: DType) => NativeOp {
  return (dtype) => () => {
    throw unsupportedDType(name, 'dtype', Object.keys(found), dtype);
  };
}

/** The error for a dtype that an op does not support; it lists the supported ones. */
export function unsupportedDType(
  op: string,
  name: string,
  supported: readonly string[],
  actual: string,
): TypeError {
  const list = [supported.slice(0, -1).join(', '), ...supported.slice(-1)];
  const what = list.filter(Boolean).join(' or ');
  return new TypeError(`${op}: expected ${what} for ${name}, got ${actual}`);
}

/** The native ops, and the names of those that families use. */
export function opDefinitions(): {
  readonly native: readonly NativeOpDefinition[];
  readonly used: readonly string[];
} {
  return { native: addon.definitions(), used: [...used] };
}

/** The definition of one op. */
export function definitionOf(name: string): NativeOpDefinition {
  const found = definitions().find((definition) => definition.name === name);
  if (found === undefined) throw new Error(`blasgrad: the addon has no op ${name}`);
  return found;
}

let cached: readonly NativeOpDefinition[] | null = null;
const definitions = (): readonly NativeOpDefinition[] => (cached ??= addon.definitions());
