/** Normalised channels. */
import { data } from 'blasgrad';
import { build, type InputSpec, type OpCase, type Plain } from '../../harness';

const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 2.5];
const { Normalize } = data.transforms;
const byChannel = new Normalize(mean, std);
const together = new Normalize(0.25, 1.5);
const oneMean = new Normalize(0.5, std);

/** (x - mean) / std; `channel` is that of an index. */
function normalized(
  statistics: readonly (readonly [mean: number, std: number])[],
  divisor: number,
): (x: Plain) => Plain {
  return (x) => {
    let i = 0;
    return build(x.shape, (index) => {
      const [m, s] = statistics[statistics.length === 1 ? 0 : (index.at(-3) ?? 0)];
      return (x.data[i++] / divisor - m) / s;
    });
  };
}

const ways = [
  {
    name: 'by channel',
    module: byChannel,
    statistics: mean.map((m, i) => [m, std[i]] as const),
    shapes: [
      [2, 3, 4, 5],
      [3, 2, 7],
      [2, 2, 3, 1, 3],
      [1, 3, 6, 6],
      [2, 3, 5, 0],
      [0, 3, 2, 2],
    ],
  },
  {
    name: 'all alike',
    module: together,
    statistics: [[0.25, 1.5]] as const,
    shapes: [[], [0], [7], [3, 30], [2, 4, 3, 3]],
  },
  {
    name: 'one mean',
    module: oneMean,
    statistics: std.map((s) => [0.5, s] as const),
    shapes: [[2, 3, 2, 9]],
  },
];

const kinds: readonly { name: string; spec: Omit<InputSpec, 'shape'>; divisor: number }[] = [
  { name: 'floating numbers', spec: {}, divisor: 1 },
  { name: 'bytes', spec: { dtype: 'uint8', low: 0, high: 256 }, divisor: 255 },
];

export const cases: readonly OpCase[] = ways.flatMap(({ name, module, statistics, shapes }) =>
  kinds.flatMap((kind) =>
    shapes.map((shape): OpCase => ({
      name: `normalize ${kind.name} of [${shape.join()}] ${name}`,
      ops: ['normalizeChannels'],
      inputs: [{ shape, ...kind.spec }],
      run: (x) => module.forward(x),
      reference: normalized(statistics, kind.divisor),
      gradient: kind.divisor === 1,
    })),
  ),
);
