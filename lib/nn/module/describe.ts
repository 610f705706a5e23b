/** Printing modules exactly as PyTorch does, so that two models can be compared as text. */
import { messageOf } from '../../core/errors';
import type { AnyModule } from './module';

/** A boolean as Python writes it. */
export function pythonBoolean(value: boolean): string {
  return value ? 'True' : 'False';
}

/** A floating number as Python writes it: 1.0, 0.1, 1e-05. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Whole numbers as a Python tuple: (2, 3) and (2,). */
export function pythonTuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
}

/** A size, a tuple of sizes, or None, as Python writes it. */
export function pythonSize(size: number | null | readonly (number | null)[]): string {
  if (size === null) return 'None';
  if (typeof size === 'number') return String(size);
  const items = size.map((one) => one ?? 'None').join(', ');
  return size.length === 1 ? `(${items},)` : `(${items})`;
}

const indent = (text: string): string => text.replaceAll('\n', '\n  ');

/** A module and its children, one on each line. `ancestors` are the modules that contain it, to detect cycles. */
export function describeModule(module: AnyModule, ancestors: readonly AnyModule[] = []): string {
  const name = module.constructor.name;
  if (ancestors.includes(module)) return `${name}(...)`;
  const extra = module.extraRepr();
  const path = [...ancestors, module];
  const children: string[] = [];
  try {
    module._eachChild((child, key) => {
      children.push(`(${key}): ${indent(describeModule(child, path))}`);
    });
  } catch (error) {
    children.push(messageOf(error)); // shows the field that makes other methods throw
  }
  const lines = [...(extra === '' ? [] : extra.split('\n')), ...children];
  if (lines.length === 0) return `${name}()`;
  if (lines.length === 1 && children.length === 0) return `${name}(${extra})`;
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}
