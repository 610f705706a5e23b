/** Observations of the online service: the queue of new ones, and the ring of the latest. */
import { features } from '../../examples/online-service/model';
import { ObservationQueue, ObservationRing } from '../../examples/online-service/observations';
import { zero } from './service';
import { plainOf } from '../support/plain';

describe('observations', () => {
  const labelled = (label: number) => ({ input: zero.map(() => label), label });

  test('the queue takes all or nothing, up to its size', () => {
    const queue = new ObservationQueue(5);
    expect(queue.add([1, 2, 3].map(labelled))).toBe(true);
    expect(queue.add([4, 5, 6].map(labelled))).toBe(false);
    expect(queue.add([4, 5].map(labelled))).toBe(true);
    expect(queue.add([6].map(labelled))).toBe(false);
    expect(queue.takeAll().map(({ label }) => label)).toEqual([1, 2, 3, 4, 5]);
    expect([queue.length, queue.add([6].map(labelled))]).toEqual([0, true]);
  });

  test('a ring continues where another stopped', () => {
    const [ring, other] = [new ObservationRing(4), new ObservationRing(4)];
    ring.add([1, 2, 3, 4, 5].map(labelled));
    other.add([labelled(9)]);
    other.loadStateDict(ring.stateDict());
    for (const buffer of [ring, other]) buffer.add([6].map(labelled));
    expect([other.labels.toArray(), other.count]).toEqual([[6, 3, 4, 5], 4]);
    expect(other.inputs.toArray()).toEqual(ring.inputs.toArray());
    const small = new ObservationRing(3);
    expect(() => small.loadStateDict(ring.stateDict())).toThrow('expected up to 3, got 4');
    expect(small.count).toBe(0);
  });

  test.each([
    [[2], [1, 2, 0, 0], 2],
    [[4], [1, 2, 3, 4], 4],
    [[3, 3], [5, 6, 3, 4], 4],
    [[3, 4], [5, 6, 7, 4], 4],
    [[9], [6, 7, 8, 9], 4],
    [[0, 1], [1, 0, 0, 0], 1],
  ])('a ring of 4 keeps the latest of %p', (sizes, expected, count) => {
    const ring = new ObservationRing(4);
    let next = 1;
    for (const size of sizes) ring.add(Array.from({ length: size }, () => labelled(next++)));
    expect([ring.labels.toArray(), ring.count]).toEqual([expected, count]);
    expect(ring.inputs.select(1, features - 1).toArray()).toEqual(expected);
    const rows = plainOf(ring.draw(50, 4)).data;
    expect(rows.every((row) => row >= 0 && row < count)).toBe(true);
    expect(new Set(rows).size).toBe(count);
  });
});
