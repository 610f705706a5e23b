/** Files that PyTorch wrote, made by pytorch/make.py. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, io, noGrad, tensor, type DType, type Tensor } from 'blasgrad';
import { expectClose } from './compare';

interface Plain {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface Case {
  readonly inputs: readonly Plain[];
  readonly outputs: readonly Plain[];
}

const folder = join(__dirname, 'pytorch');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<
  Record<string, readonly Case[]>
>;

const tensorOf = ({ dtype, shape, values }: Plain): Tensor =>
  tensor(values, { dtype }).reshape(shape);

const plainOf = ({ dtype, shape, data }: Tensor) => ({
  dtype,
  shape,
  data: Array.from(data, Number),
});

test('every file has its test', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
});

describe.each(Object.entries(expected))('%s', (file, cases) => {
  test.each(['eager', 'compiled'])('%s', async (how) => {
    const model = await io.importOnnx(join(folder, file));
    const { inputNames, outputNames } = model;
    const eager = (...inputs: Tensor[]): Tensor[] => {
      const named = inputs.map((one, i) => [inputNames[i], one] as const);
      const results = noGrad(() => model.run(Object.fromEntries(named)));
      return outputNames.map((name) => results[name]);
    };
    const compiled = compile(eager);
    for (const { inputs, outputs } of cases) {
      const given = inputs.map(tensorOf);
      if (how === 'compiled') compiled(...given); // is captured
      const results = how === 'compiled' ? compiled(...given) : eager(...given);
      expectClose(results.map(plainOf), outputs.map(tensorOf));
    }
    if (how === 'compiled') expect(compiled.stats.replays).toBe(cases.length);
  });
});
