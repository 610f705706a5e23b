/** The types of batches: checked by the compiler, and once at run time. */
import { data, type Tensor } from 'blasgrad';

interface Inner {
  readonly weight: number;
}
interface Sample {
  pixels: Float32Array;
  label: number;
  name: string;
  inner: Inner;
  parts: readonly [number, string];
  optional?: number;
}
class Point {
  constructor(readonly x: number) {}
  get twice(): number {
    return 2 * this.x;
  }
  norm(): number {
    return Math.abs(this.x);
  }
}

type Same<A, B> = [A, B] extends [B, A] ? true : never;
const same = <A, B>(_: Same<A, B>): void => undefined;

test('samples of an interface', () => {
  const get = (i: number): Sample => ({
    pixels: Float32Array.of(i),
    label: i,
    name: `${i}`,
    inner: { weight: i },
    parts: [i, 'a'],
  });
  const samples: { length: number; get(i: number): Sample } = { length: 2, get };
  for (const batch of new data.DataLoader(samples, { batchSize: 2 })) {
    same<typeof batch.pixels, Tensor>(true);
    same<typeof batch.name, string[]>(true);
    expect(batch.pixels.shape).toEqual([2, 1]);
    expect(batch.label.toArray()).toEqual([0, 1]);
    expect(batch.name).toEqual(['0', '1']);
    expect(batch.inner.weight.toArray()).toEqual([0, 1]);
    expect(batch.parts[0].shape).toEqual([2]);
    expect(batch.parts[1]).toEqual(['a', 'a']);
  }
});

test('functions, dates, maps and instances of classes stay as they are', () => {
  same<data.Collated<Date>, Date[]>(true);
  same<data.Collated<Map<string, number>>, Map<string, number>[]>(true);
  same<data.Collated<Point>, Point[]>(true);
  same<data.Collated<() => number>, (() => number)[]>(true);
  const items = [new Point(1), new Point(2)];
  expect(data.collate(items)).toEqual(items);
});
