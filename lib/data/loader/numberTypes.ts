/** The dtypes of numbers in samples: one for each place in them, whatever batch the numbers are in. */
import {
  defaultDType,
  isFloating,
  numberDTypes,
  rangeOf,
  type DType,
  type NumberDType,
} from '../../core/dtype';
import { requireOneOf, wrongType, wrongValue } from '../../core/errors';
import { isPlainObject } from '../../core/realms';

/**
 * The dtype of all numbers in samples, or the dtypes in the structure of a sample: `['float32', 'int64']` for samples
 * `[age, label]`, `{ age: 'float32' }` for objects. Others are inferred.
 */
export type NumberTypes =
  | NumberDType
  | readonly (NumberTypes | null | undefined)[]
  | { readonly [name: string]: NumberTypes | null | undefined };

/** The dtypes of a place and of those inside it, as a message. */
export interface PlaceState {
  readonly dtype: DType | null;
  readonly inside: readonly (readonly [key: string | number, state: PlaceState])[];
}

/** Values for which the loader chooses a dtype: of bigints it is int64, of booleans bool. */
type Kind = 'numbers' | 'bigints' | 'booleans';

/** A place in the samples of a loader, with those inside it. */
export class Place {
  private dtype: DType | null;
  private kind: Kind | null = null;
  /** Whether the user has chosen the dtype. */
  private readonly isGiven: boolean;
  private fieldsChecked = false;
  private readonly inside = new Map<string | number, Place>();

  constructor(
    private readonly op: string,
    private readonly given: NumberTypes | null = null,
    private readonly name = '',
  ) {
    this.isGiven = typeof given === 'string';
    this.dtype = typeof given === 'string' ? given : null;
  }

  /** The place of an element of an array, or of a field of an object. */
  at(key: string | number): Place {
    let place = this.inside.get(key);
    if (place === undefined) {
      const { given } = this;
      const fields = typeof given === 'string' || given === null ? null : Object.entries(given);
      const own: unknown = fields?.find(([name]) => name === String(key))?.[1];
      const name = typeof key === 'number' ? `[${key}]` : `.${key}`;
      const all = typeof given === 'string' ? given : null;
      place = new Place(this.op, (own as NumberTypes | null | undefined) ?? all, this.name + name);
      this.inside.set(key, place);
    }
    return place;
  }

  /** Refuses dtypes of fields that samples do not have. */
  requireFields(names: readonly string[]): void {
    const { given } = this;
    if (this.fieldsChecked || given === null || typeof given === 'string') return;
    this.fieldsChecked = true;
    const unknown = Object.keys(given).find((name) => !names.includes(name));
    if (unknown === undefined) return;
    const what = `one of ${names.join(', ')}, as samples have,`;
    throw wrongValue(this.op, what, `dtypes${this.name}`, unknown);
  }

  /** The dtype of the numbers of a batch; throws if it does not hold them. */
  dtypeOf(numbers: readonly number[]): DType {
    this.requireKind('numbers', numbers[0]);
    const dtype = (this.dtype ??= numbers.every(isInt32) ? 'int32' : defaultDType);
    const wrong = numbers.find((number) => !holds(dtype, number));
    if (wrong === undefined) return dtype;
    throw wrongValue(this.op, this.what(dtype), this.title, wrong);
  }

  /** Refuses other values than there were here before. */
  requireKind(kind: Kind, value: unknown): void {
    this.kind ??= kind;
    if (this.kind === kind) return;
    throw wrongType(this.op, `${this.kind}, as before,`, this.title, value);
  }

  /** Updates the dtypes by the numbers of a sample: a number that is not a 32-bit integer makes its place floating. */
  see(value: unknown, depth = 0): void {
    if (depth > 64) return;
    if (typeof value === 'number') {
      if (this.mayChange) this.dtype = isInt32(value) ? 'int32' : defaultDType;
    } else if (Array.isArray(value)) {
      value.forEach((element, i) => {
        this.at(i).see(element, depth + 1);
      });
    } else if (isPlainObject(value)) {
      for (const [key, field] of Object.entries(value)) this.at(key).see(field, depth + 1);
    }
  }

  /** Whether another sample could still change a dtype. */
  get isOpen(): boolean {
    if (!this.isGiven && this.dtype === 'int32') return true;
    for (const place of this.inside.values()) if (place.isOpen) return true;
    return false;
  }

  /** The dtypes, for another thread. */
  get state(): PlaceState {
    const { dtype, inside } = this;
    return { dtype, inside: Array.from(inside, ([key, place]) => [key, place.state] as const) };
  }

  /** Takes the dtypes of another thread. */
  take({ dtype, inside }: PlaceState): void {
    if (this.mayChange) this.dtype = dtype;
    for (const [key, state] of inside) this.at(key).take(state);
  }

  /** Whether a sample can still decide the dtype of this place. */
  private get mayChange(): boolean {
    return !this.isGiven && (this.dtype === null || this.dtype === 'int32');
  }

  private get title(): string {
    return this.name === '' ? 'a sample' : `${this.name} of a sample`;
  }

  private what(dtype: DType): string {
    if (this.isGiven) return `numbers that ${dtype} holds, as dtypes says,`;
    return 'whole numbers of 32 bits, as before, or another dtype in the option dtypes,';
  }
}

function holds(dtype: DType, number: number): boolean {
  if (isFloating(dtype)) return true;
  const [least, largest] = rangeOf(dtype);
  if (dtype === 'int64') return Number.isSafeInteger(number);
  return Number.isInteger(number) && number >= least && number <= largest;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** The option `dtypes`, checked. */
export function requireNumberTypes(op: string, value: unknown, name = 'dtypes'): NumberTypes {
  if (typeof value === 'string') return requireOneOf(op, name, value, numberDTypes);
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value)) {
    throw wrongType(op, 'a dtype, or dtypes in the structure of a sample,', name, value);
  }
  for (const [key, one] of Object.entries(value)) {
    const inside = isList ? `${name}[${key}]` : `${name}.${key}`;
    if (one !== null && one !== undefined) requireNumberTypes(op, one, inside);
  }
  return value as NumberTypes;
}
