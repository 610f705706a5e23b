/** Windows of images as columns, and back. */
import { F, type Tensor } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';

interface Windows {
  readonly name: string;
  /** Batch, channels, height and width; without a batch, three numbers. */
  readonly images: readonly number[];
  readonly kernel: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly padding?: readonly [number, number];
  readonly dilation?: readonly [number, number];
}

/** Calls visit with the indices of each element of the columns, and of its source inside the images. */
function eachElement(
  windows: Windows,
  visit: (column: readonly number[], image: readonly number[]) => void,
): number[] {
  const { images, kernel, stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = windows;
  const [batch, channels, ...sizes] = images.length === 4 ? images : [1, ...images];
  const counts = sizes.map((size, d) =>
    Math.floor((size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1),
  );
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
        for (let o = 0; o < counts[0] * counts[1]; o++) {
          const taps = [Math.floor(tap / kernel[1]), tap % kernel[1]];
          const places = [Math.floor(o / counts[1]), o % counts[1]];
          const from = places.map((p, d) => p * stride[d] + taps[d] * dilation[d] - padding[d]);
          if (from.some((p, d) => p < 0 || p >= sizes[d])) continue;
          const row = c * kernel[0] * kernel[1] + tap;
          const lead = images.length === 4 ? [n] : [];
          visit([...lead, row, o], [...lead, c, ...from]);
        }
      }
    }
  }
  const columns = [channels * kernel[0] * kernel[1], counts[0] * counts[1]];
  return images.length === 4 ? [batch, ...columns] : columns;
}

/** Adds elements of `source` to a tensor of zeros. */
function gathered(
  shape: readonly number[],
  run: (add: (to: readonly number[], value: number) => void) => void,
): Plain {
  const { data } = build([...shape], () => 0);
  const sums = [...data];
  run((to, value) => {
    sums[to.reduce((offset, i, d) => offset * shape[d] + i, 0)] += value;
  });
  return { shape: [...shape], data: sums };
}

function casesOf(windows: Windows): OpCase[] {
  const { name, images, kernel, stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = windows;
  const columns = eachElement(windows, () => undefined);
  const options = { stride, padding, dilation };
  const unfolded = (x: Plain): Plain =>
    gathered(columns, (add) => eachElement(windows, (to, from) => add(to, at(x, from))));
  return [
    {
      name: `unfold ${name}`,
      ops: ['unfold', 'fold'],
      inputs: [{ shape: [...images] }],
      run: (x: Tensor) => F.unfold(x, kernel, options),
      reference: unfolded,
    },
    ...(['int64', 'uint8', 'bool'] as const).map((dtype): OpCase => ({
      name: `unfold ${name}, ${dtype}`,
      ops: ['unfold'],
      inputs: [{ shape: [...images], dtype }],
      run: (x: Tensor) => F.unfold(x, kernel, options),
      reference: unfolded,
      gradient: false,
    })),
    {
      name: `fold ${name}`,
      ops: ['unfold', 'fold'],
      inputs: [{ shape: columns }],
      run: (y: Tensor) => F.fold(y, images.slice(-2), kernel, options),
      reference: (y) =>
        gathered(images, (add) => eachElement(windows, (from, to) => add(to, at(y, from)))),
    },
  ];
}

const tables: readonly Windows[] = [
  { name: '2x3', images: [2, 3, 4, 5], kernel: [2, 3] },
  { name: 'a stride', images: [1, 2, 7, 6], kernel: [2, 2], stride: [2, 3] },
  { name: 'padding', images: [2, 1, 3, 4], kernel: [3, 2], padding: [2, 1] },
  { name: 'dilation', images: [1, 2, 6, 7], kernel: [2, 3], dilation: [3, 2], padding: [0, 1] },
  { name: 'all options', images: [2, 2, 5, 9], kernel: [2, 3], stride: [2, 3], padding: [1, 4], dilation: [2, 3] }, // prettier-ignore
  { name: 'without a batch', images: [2, 3, 3], kernel: [2, 2] },
  { name: 'more padding than images', images: [1, 1, 1, 1], kernel: [3, 3], padding: [4, 4] },
  { name: 'no images', images: [0, 2, 3, 3], kernel: [2, 2] },
  { name: 'several lines', images: [1, 1, 5, 19], kernel: [3, 3], padding: [1, 1] },
];

export const cases: readonly OpCase[] = tables.flatMap(casesOf);
