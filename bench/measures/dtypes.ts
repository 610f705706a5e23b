/** Eager conversions between dtypes, and operations on bytes and half-precision tensors, compared with PyTorch. */
import { ratioOf } from '../report';
import { secondsOf, type Options } from '../race';
import type { Ratio, Report } from '../report';
import workloads from '../workloads.json';
import { timeFunctions, type Timed } from './functions';

const others = ['uint8', 'int64', 'float16', 'bfloat16'];
const halves = ['float16', 'bfloat16'];

/** blasgrad writes a new tensor to memory that is not in the caches; PyTorch reuses the memory of its last result. */
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
        compared: 'speed: bfloat16 weights / float32 weights',
        ...ratioOf(seconds('linear float32'), seconds('linear bfloat16')),
        target: { atLeast: 0.87 }, // 1.15 times the time
      },
    ];
  });
}
