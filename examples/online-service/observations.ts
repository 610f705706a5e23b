/** Observations: first in a queue, then in a ring buffer from which batches are drawn. Both have a fixed size. */
import { fromArray, randint, zeros, type Tensor } from 'blasgrad';
import { features } from './model';

export interface Observation {
  /** `features` numbers. */
  readonly input: readonly number[];
  readonly label: number;
}

/** A queue of observations: the ring cannot be written while the trainer runs. */
export class ObservationQueue {
  private waiting: Observation[] = [];

  constructor(readonly capacity: number) {}

  get length(): number {
    return this.waiting.length;
  }

  /** Adds all of them, or returns false if they do not fit. */
  add(observations: readonly Observation[]): boolean {
    if (this.waiting.length + observations.length > this.capacity) return false;
    this.waiting.push(...observations);
    return true;
  }

  takeAll(): Observation[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }
}

/** The state of a ring in a checkpoint: the filled rows, and the position of the next one. */
interface RingState {
  inputs: Tensor;
  labels: Tensor;
  next: number;
}

/** The latest observations as tensors; a new one replaces the oldest. */
export class ObservationRing {
  /** (capacity, features); rows from `count` on are zero. */
  readonly inputs: Tensor;
  /** (capacity) */
  readonly labels: Tensor;
  private filled = 0;
  private next = 0;

  constructor(readonly capacity: number) {
    this.inputs = zeros(capacity, features);
    this.labels = zeros(capacity, { dtype: 'int32' });
  }

  get count(): number {
    return this.filled;
  }

  add(observations: readonly Observation[]): void {
    const latest = observations.slice(-this.capacity);
    for (let first = 0; first < latest.length;) {
      const part = latest.slice(first, first + this.capacity - this.next);
      this.write(part);
      first += part.length;
    }
  }

  /** Random rows to train on: an int32 tensor of this shape, each below `count`, which must not be 0. */
  draw(...shape: number[]): Tensor {
    return randint(this.filled, shape);
  }

  stateDict(): RingState {
    const [inputs, labels] = [this.inputs, this.labels].map((all) => all.narrow(0, 0, this.filled));
    return { inputs, labels, next: this.next };
  }

  loadStateDict({ inputs, labels, next }: RingState): void {
    const { length } = labels.data;
    if (inputs.size(0) !== length || inputs.size(1) !== features || length > this.capacity) {
      throw new RangeError(`observations: expected up to ${this.capacity}, got ${length}`);
    }
    this.inputs.narrow(0, 0, length).copy_(inputs);
    this.labels.narrow(0, 0, length).copy_(labels);
    this.filled = length;
    this.next = next;
  }

  /** Writes observations from position `next` on; they must fit before the end. */
  private write(observations: readonly Observation[]): void {
    const n = observations.length;
    const inputs = new Float32Array(n * features);
    observations.forEach(({ input }, i) => {
      inputs.set(input, i * features);
    });
    const labels = Int32Array.from(observations, ({ label }) => label);
    this.inputs.narrow(0, this.next, n).copy_(fromArray(inputs, [n, features]));
    this.labels.narrow(0, this.next, n).copy_(fromArray(labels));
    this.next = (this.next + n) % this.capacity;
    this.filled = Math.min(this.filled + n, this.capacity);
  }
}
