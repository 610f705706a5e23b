/** Conversions between dtypes, and functions of bytes and halves, eagerly, beside PyTorch's. */
import { ratioOf } from '../report';
import { secondsOf, type Options } from '../race';
import type { Ratio, Report } from '../report';
import workloads from '../workloads.json';
import { timeFunctions, type Timed } from './functions';

const others = ['uint8', 'int64', 'float16', 'bfloat16'];
const halves = ['float16', 'bfloat16'];

/** Ours write a new tensor to memory that is in no cache; PyTorch writes it where its last result was. */
const forms = [
  { into: 'a new tensor', suffix: '' },
  { into: 'an existing tensor', suffix: '_' },
];
const target = { atLeast: 1 };

const functions: readonly Timed[] = [
  ...forms.flatMap(({ into, suffix }) => [
    ...others.flatMap((dtype) =>
      [`float32 to ${dtype}`, `${dtype} to float32`].map((name) => ({
        name: `${name}${suffix}`,
        workload: `${name}, 1M elements, ${into}`,
        target,
      })),
    ),
    ...halves.flatMap((dtype) =>
      ['add', 'relu'].map((op) => ({
        name: `${op} of ${dtype}${suffix}`,
        workload: `${op} of 1M ${dtype}, ${into}`,
        target,
      })),
    ),
  ]),
  {
    name: 'normalize',
    workload: 'normalise 256 images of 3x64x64 uint8',
    target: { atLeast: 2 },
  },
  ...['float32', 'bfloat16'].map((dtype) => ({
    name: `linear ${dtype}`,
    workload: `Linear 512-512, batch 64, ${dtype}`,
  })),
];

export function dtypes(options: Options): Report {
  return timeFunctions('dtypes', functions, workloads.dtypes, options, (runsOf): Ratio[] => {
    const seconds = (name: string): number[] => {
      const ours = runsOf(name).get('ours');
      return ours === undefined ? [] : secondsOf(ours);
    };
    return [
      {
        workload: 'Linear 512-512, batch 64',
        compared: 'bfloat16 weights against float32',
        ...ratioOf(seconds('linear float32'), seconds('linear bfloat16')),
        target: { atLeast: 0.87 }, // 1.15 times the time
      },
    ];
  });
}
