/** Converts Python's values, as generate/encode.py writes them, to JavaScript values and to text. */
import { full, nn, slice, tensor, type Tensor } from 'blasgrad';

export type Tensors = readonly Tensor[];

/** What JSON lacks is an object with one key, which says what it is. */
function tagged(value: unknown): readonly [kind: string, content: unknown] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.entries(value)[0] ?? null;
}

export function kindOf(value: unknown): string | null {
  return tagged(value)?.[0] ?? null;
}

export function isList(value: unknown): boolean {
  return Array.isArray(value) || kindOf(value) === 'tuple';
}

const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

/** The value for a call; `asIndex` makes a tensor of a list of positions, which an index of Python may be. */
export function decoded(value: unknown, tensors: Tensors, asIndex: boolean): unknown {
  const decode = (one: unknown): unknown => decoded(one, tensors, asIndex);
  if (Array.isArray(value)) {
    const list = value.map(decode);
    const isPositions = list.length > 0 && list.every((one) => typeof one === 'number');
    return asIndex && isPositions ? tensor(list, { dtype: 'int32' }) : list;
  }
  const [kind, content] = tagged(value) ?? [];
  switch (kind) {
    case undefined:
      return value;
    case 't':
      return tensors[content as number];
    case 'tuple':
      return (content as unknown[]).map(decode);
    case 'int':
      return BigInt(content as string);
    case 'n':
      return special[content as string];
    case 'ellipsis':
      return '...';
    case 'scalar':
      return full([], content as number);
    case 'slice': {
      const [start, end, step] = (content as unknown[]).map(decode) as (number | null)[];
      return slice(start, end, step ?? 1);
    }
    case 'module':
      return distanceOf(content as string);
    default:
      return content; // float, dtype, and what has no counterpart
  }
}

/** A module of two tensors as a function. */
function distanceOf(name: string): (x: Tensor, y: Tensor) => Tensor {
  const modules = nn as unknown as Record<string, new () => nn.Module<[Tensor, Tensor]>>;
  const module = new modules[name]();
  return (x, y) => module.forward(x, y);
}

/** The value as one would write it. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  const [kind, content] = tagged(value) ?? [];
  switch (kind) {
    case undefined:
      return String(value);
    case 't':
      return ['x', 'y', 'z', 'u', 'v', 'w'][content as number] ?? `t${content as number}`;
    case 'tuple':
      return written(content);
    case 'int':
      return `${content as string}n`;
    case 'scalar':
      return `full([], ${content as number})`;
    case 'n':
      return String(special[content as string]);
    case 'dtype':
      return `'${content as string}'`;
    case 'slice':
      return `slice(${(content as unknown[]).map(written).join(', ')})`;
    case 'ellipsis':
      return `'...'`;
    default:
      return String(content);
  }
}
