/** The JavaScript state that a program depends on, with its values at capture. */
import { compileFunction } from 'node:vm';
import type { Capture } from '../core/capture';
import { changes } from '../core/changes';
import type { FieldValue } from '../core/fields';
import { currentGenerator } from '../core/generator';
import { unusable, type Storage } from '../core/storage';
import type { TypedArray } from '../core/dtype';
import type { Tensor } from '../core/tensor';
import { runningError } from './running';

/** Memory, gradients, modes and options. If they differ, fn makes different calls and needs another program. */
export class Guards {
  private readonly states: readonly Storage[];
  private readonly arrays: readonly TypedArray[];
  private readonly gradsRead: readonly (readonly [Tensor, Storage | null])[];
  private readonly leaves: readonly (readonly [Tensor, boolean])[];
  private readonly tests: readonly (() => boolean)[];
  private values!: Values;
  /** The value of `changes` when all guards held. */
  private checkedAt = -1;

  constructor(open: Capture) {
    this.states = [...open.states.keys()];
    this.arrays = this.states.map((storage) => storage.array);
    this.gradsRead = [...open.gradsRead];
    this.leaves = [...open.leaves];
    this.tests = open.guards;
    this.takeValues(open);
  }

  /** Stores the values of a later run of fn that made the same calls. */
  takeValues(open: Capture): void {
    this.values = new Values(open);
    this.checkedAt = -1;
  }

  /** Whether nothing has changed. Throws if memory is in use. */
  hold(): boolean {
    if (this.checkedAt !== changes) {
      if (!this.memoryHolds() || !this.values.shapesHold()) return false;
      this.checkedAt = changes;
    }
    return this.gradientsHold() && this.values.hold();
  }

  /** Whether all guards hold except values, which fn may not have used. */
  callsHold(): boolean {
    return this.memoryHolds() && this.gradientsHold();
  }

  /** Throws if memory was detached. */
  requireMemory(): void {
    if (this.states.every(({ array }) => array.length > 0)) return;
    throw new RangeError('compile: the memory of a tensor that fn uses was transferred away');
  }

  private memoryHolds(): boolean {
    for (let i = 0; i < this.states.length; i++) {
      const storage = this.states[i];
      if (storage.array !== this.arrays[i]) {
        if (storage.array === unusable.running) throw runningError('compile');
        return false;
      }
      if (storage.abandoned) return false;
    }
    for (let i = 0; i < this.leaves.length; i++) {
      if (this.leaves[i][0].requiresGrad !== this.leaves[i][1]) return false;
    }
    for (let i = 0; i < this.tests.length; i++) if (!this.tests[i]()) return false;
    return true;
  }

  private gradientsHold(): boolean {
    for (let i = 0; i < this.gradsRead.length; i++) {
      if ((this.gradsRead[i][0]._grad?._storage ?? null) !== this.gradsRead[i][1]) return false;
    }
    return true;
  }
}

/**
 * Values that fn may have used: those of fields, and of tensors that JavaScript read. Excludes those that fn
 * changed.
 */
class Values {
  private readonly read: readonly (readonly [Storage, number])[];
  private readonly generator: object | null;
  private readonly mapTests: readonly (() => boolean)[];
  private readonly sizes: readonly (readonly [object: object, fields: number])[];
  private readonly fields: FieldTest;

  constructor({ valuesRead, defaultGenerator, fields }: Capture) {
    this.read = [...valuesRead].filter(([storage, version]) => storage.version === version);
    this.generator = defaultGenerator;
    this.mapTests = fields.mapTests();
    this.sizes = fields.sizes();
    this.fields = new FieldTest(fields.unchanged());
  }

  /** Whether objects have the same number of fields; checked only after a counted change. */
  shapesHold(): boolean {
    return this.sizes.every(([object, fields]) => Object.keys(object).length === fields);
  }

  hold(): boolean {
    for (let i = 0; i < this.read.length; i++) {
      if (this.read[i][0].version !== this.read[i][1]) return false;
    }
    for (let i = 0; i < this.mapTests.length; i++) if (!this.mapTests[i]()) return false;
    if (this.generator !== null && this.generator !== currentGenerator()) return false;
    return this.fields.holds();
  }
}

// V8 takes 8 to 20 ns to read a field by a variable name and 1.5 ns by a constant one; the difference is a fifth of
// a small step.
const callsBeforeCode = 64;
const mostInCode = 4000;

/** Tests whether fields still have their values. */
class FieldTest {
  private calls = 0;
  private code: (() => boolean) | null = null;

  constructor(private readonly fields: readonly FieldValue[]) {}

  holds(): boolean {
    if (this.code !== null) return this.code();
    if (++this.calls === callsBeforeCode) this.code = codeFor(this.fields);
    for (let i = 0; i < this.fields.length; i++) {
      const { object, name, value } = this.fields[i];
      if ((object as Readonly<Record<string, unknown>>)[name] !== value) return false;
    }
    return true;
  }
}

/** Compiles a function that compares the fields by constant names; null if there are none, or too many. */
function codeFor(fields: readonly FieldValue[]): (() => boolean) | null {
  if (fields.length === 0 || fields.length > mostInCode) return null;
  const objects = [...new Set(fields.map(({ object }) => object))];
  const numbers = new Map(objects.map((object, i) => [object, i]));
  const comparisons = fields.map(
    ({ object, name }, i) => `o${numbers.get(object)}[${JSON.stringify(name)}] === v${i}`,
  );
  const names = [...objects.map((_, i) => `o${i}`), ...fields.map((_, i) => `v${i}`)];
  const make = compileFunction(`return () => ${comparisons.join(' && ')}`, names) as (
    ...values: unknown[]
  ) => () => boolean;
  return make(...objects, ...fields.map(({ value }) => value));
}
