/** The addon's functions by dtype, until the addon itself exports them so: delete this file then. */
import type { NativeAddon, NativeOp, NativeRow } from '../../../binding';
import type { DType } from '../../core/dtype';

/** The functions of one op: by dtype, or by two dtypes, the second within the first. */
export interface NativeKernels {
  readonly [dtype: string]: NativeOp | NativeKernels;
}

/** What the addon says of an op: its arguments in order, and the dtypes (or pairs of them) that it has functions for. */
export interface NativeOpDefinition {
  readonly name: string;
  readonly operands: readonly {
    readonly name: string;
    readonly access: 'read' | 'write' | 'update';
    /** The dtype that selects the function, first or second, or always the same one. */
    readonly dtype: 'first' | 'second' | DType;
    readonly optional: boolean;
  }[];
  readonly attrs: readonly { readonly name: string; readonly kind: 'size' | 'flag' | 'real' }[];
  readonly kernels: readonly (readonly DType[])[];
  readonly elementwise: boolean;
}

const secondOperands = new Set(['gather', 'indexSelect', 'scatter', 'scatterAdd', 'indexCopy', 'indexAdd', 'nllLoss', 'nllLossBackward']); // prettier-ignore
const casts = { toFloat32: 'float32', toFloat64: 'float64', toInt32: 'int32', toBool: 'bool' } as const; // prettier-ignore
const isCast = (name: string): name is keyof typeof casts => name in casts;

export function definitionsOf(addon: NativeAddon): NativeOpDefinition[] {
  const rows = addon.rows();
  const cast = rows.find(({ name }) => isCast(name)) as NativeRow;
  const to: NativeOpDefinition = {
    name: 'to',
    operands: [
      { name: 'x', access: 'read', dtype: 'first', optional: false },
      { name: 'out', access: 'write', dtype: 'second', optional: false },
    ],
    attrs: [],
    kernels: cast.dtypes.flatMap((from) => Object.values(casts).map((into) => [from, into])),
    elementwise: true,
  };
  return [...rows.filter(({ name }) => !isCast(name)).map(definitionOf), to];
}

function definitionOf({
  name,
  operands,
  attrs,
  dtypes,
  elementwise,
}: NativeRow): NativeOpDefinition {
  const second = secondOperands.has(name);
  return {
    name,
    operands: operands.map(({ name, access, element, optional }) => ({
      name,
      access,
      dtype: element === 'typed' ? 'first' : second && element === 'int32' ? 'second' : element,
      optional,
    })),
    attrs,
    kernels: dtypes.map((dtype) => (second ? [dtype, 'int32'] : [dtype])),
    elementwise,
  };
}

export function kernelsOf(addon: NativeAddon): Readonly<Record<string, NativeKernels>> {
  const { ops } = addon;
  return Object.fromEntries(
    definitionsOf(addon).map(({ name, kernels }) => {
      const table: Record<string, NativeOp | Record<string, NativeOp>> = {};
      for (const [first, second] of kernels) {
        if ((second as DType | undefined) === undefined) table[first] = ops[name];
        else {
          const into = Object.entries(casts).find(([, dtype]) => dtype === second)?.[0] ?? '';
          const inner = (table[first] ??= {}) as Record<string, NativeOp>;
          inner[second] = ops[name === 'to' ? into : name];
        }
      }
      return [name, table];
    }),
  );
}
