/** The dtypes of numbers in samples: one for each field of a sample, the same in all batches. */
import {
  defaultDType,
  isFloating,
  numberDTypes,
  rangeOf,
  type DType,
  type NumberDType,
} from '../../core/dtype';
import { describe, requireOneOf, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';

/**
 * The dtype of all numbers in samples, or dtypes in the structure of a sample.
 *
 * The dtypes of fields that are left out are inferred.
 *
 * @example const dtypes: data.NumberTypes = ['float32', 'int64']; // samples [age, label]
 */
export type NumberTypes =
  | NumberDType
  | readonly (NumberTypes | null | undefined)[]
  | { readonly [name: string]: NumberTypes | null | undefined };

/** The dtypes of a field and of the fields inside it, as a message between threads. */
export interface FieldState {
  readonly dtype: DType | null;
  readonly children: readonly (readonly [key: string | number, state: FieldState])[];
}

/** Values for which the loader chooses a dtype: int64 for bigints, bool for booleans. */
type Kind = 'numbers' | 'bigints' | 'booleans';

/** A field of the samples of a loader, with the fields inside it. */
export class Field {
  private dtype: DType | null;
  private kind: Kind | null = null;
  /** Whether the user has requested the dtype. */
  private readonly isRequested: boolean;
  private fieldsChecked = false;
  private readonly children = new Map<string | number, Field>();

  constructor(
    private readonly op: string,
    private readonly requested: NumberTypes | null = null,
    private readonly name = '',
  ) {
    this.isRequested = typeof requested === 'string';
    this.dtype = typeof requested === 'string' ? requested : null;
  }

  /** The field of an element of an array, or of a property of an object. */
  child(key: string | number): Field {
    let child = this.children.get(key);
    if (child === undefined) {
      const { requested } = this;
      const isTree = typeof requested !== 'string' && requested !== null;
      const fields = isTree ? Object.entries(requested) : null;
      const own: unknown = fields?.find(([name]) => name === String(key))?.[1];
      const name = typeof key === 'number' ? `[${key}]` : `.${key}`;
      const inherited = isTree ? null : requested;
      const types = (own as NumberTypes | null | undefined) ?? inherited;
      child = new Field(this.op, types, this.name + name);
      this.children.set(key, child);
    }
    return child;
  }

  /** Refuses dtypes of fields that samples do not have. */
  requireFields(names: readonly string[]): void {
    const { requested } = this;
    if (this.fieldsChecked || requested === null || typeof requested === 'string') return;
    this.fieldsChecked = true;
    const unknown = Object.keys(requested).find((name) => !names.includes(name));
    if (unknown === undefined) return;
    throw new RangeError(
      `${this.op}: dtypes${this.name} has the field ${describe(unknown)}, but samples have ${names.join(', ')}`,
    );
  }

  /** The dtype of the numbers of a batch; throws if it cannot represent one of them. */
  dtypeOf(numbers: readonly number[]): DType {
    this.requireKind('numbers', numbers[0]);
    const dtype = (this.dtype ??= numbers.every(isInt32) ? 'int32' : defaultDType);
    const wrong = numbers.find((number) => !canRepresent(dtype, number));
    if (wrong === undefined) return dtype;
    const problem = this.isRequested
      ? `which ${dtype}, the dtype in the option dtypes, cannot represent`
      : `but earlier samples have integers of 32 bits there; set the option dtypes, for example to '${defaultDType}'`;
    throw new RangeError(`${this.op}: ${this.title} is ${wrong}, ${problem}`);
  }

  /** Refuses values of another kind than earlier samples have. */
  requireKind(kind: Kind, value: unknown): void {
    this.kind ??= kind;
    if (this.kind === kind) return;
    throw new TypeError(
      `${this.op}: ${this.title} is ${describe(value)}, but earlier samples have ${this.kind} there`,
    );
  }

  /** Updates the dtypes from a sample: a number that is not a 32-bit integer makes its field float32. */
  observe(value: unknown, depth = 0): void {
    if (depth > 64) return;
    if (typeof value === 'number') {
      if (this.mayChange) this.dtype = isInt32(value) ? 'int32' : defaultDType;
    } else if (Array.isArray(value)) {
      value.forEach((element, i) => {
        this.child(i).observe(element, depth + 1);
      });
    } else if (isPlainObject(value)) {
      for (const [key, field] of Object.entries(value)) this.child(key).observe(field, depth + 1);
    }
  }

  /** Whether another sample could still change a dtype. */
  get isOpen(): boolean {
    if (!this.isRequested && this.dtype === 'int32') return true;
    for (const child of this.children.values()) if (child.isOpen) return true;
    return false;
  }

  /** The dtypes, for another thread. */
  get state(): FieldState {
    const { dtype, children } = this;
    const states = Array.from(children, ([key, child]) => [key, child.state] as const);
    return { dtype, children: states };
  }

  /** Sets the dtypes to those of another thread. */
  setState({ dtype, children }: FieldState): void {
    if (this.mayChange) this.dtype = dtype;
    for (const [key, state] of children) this.child(key).setState(state);
  }

  /** Whether a sample can still change the dtype of this field. */
  private get mayChange(): boolean {
    return !this.isRequested && (this.dtype === null || this.dtype === 'int32');
  }

  private get title(): string {
    return this.name === '' ? 'a sample' : `${this.name} of a sample`;
  }
}

function canRepresent(dtype: DType, number: number): boolean {
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
