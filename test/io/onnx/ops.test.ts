/** Every operation of the library: exported, run by onnxruntime and imported again; or refused by name. */
import { io, nn, type Tensor } from 'blasgrad';
import { families } from '../../ops/cases';
import { dtypeOf, sample, type OpCase } from '../../ops/case';
import { oneIn } from '../../support/full';
import { make } from '../../support/make';
import { randomFrom } from '../../support/random';
import { cleanUp, expectSame, modelPath } from './compare';

afterAll(cleanUp);

const {
  backend: _backend,
  creation: _creation,
  optim: _optim,
  random: _random,
  loss: _loss,
  ...rest
} = families;

class Run extends nn.Module<Tensor[], Tensor[]> {
  constructor(private readonly one: OpCase) {
    super();
  }

  override forward(...inputs: Tensor[]): Tensor[] {
    const result = this.one.run(...inputs);
    return Array.isArray(result) ? result : [result];
  }
}

function inputsOf(one: OpCase): Tensor[] {
  const random = randomFrom(one.name);
  return one.inputs.map((spec) => {
    const { shape, data } = sample(spec, random);
    return make(dtypeOf(spec, 'float32'), shape, data);
  });
}

/** Cases that cannot be exported, by name, and the error. */
const refused: readonly (readonly [RegExp, RegExp])[] = [
  [/^pow of uint8/, /:\n {2}pow: ONNX has no Pow of uint8$/],
  [/^bitwise\w+Shift of int/, /ONNX has no BitShift of int\d\d$/],
  [/^atan2/, /:\n {2}atan2 has no operator in ONNX$/],
  [/^copy_ into a part|through a transposed view/, /in place through a view/],
  [
    /^indexPut_ (?!added to a part)/,
    /indexPut has no operator in ONNX$|in place through a view|reads values/,
  ],
  [/^(nonzero|masked[S]|index by a mask)/, /reads values .*, with item|nonzero has no/],
  [/^oneHot with as many/, /reads values of a tensor that depends on the inputs, with item/],
  [/^diagonal|einsum i(ji|i)|diag of a matrix/, /:\n {2}diagonal has no operator in ONNX$/],
  [/^convInput a dilation of 5000/, /ConvTranspose adds less than a stride or a dilation/],
  [/^convWeight/, /:\n {2}convWeight has no operator in ONNX$/],
  [/^diag of a list/, /:\n {2}diagonalBackward has no operator in ONNX$/],
  [/^maxPool of int64/, /:\n {2}maxPool: onnxruntime has no MaxPool of int64/],
  [/^averagePool of int64/, /:\n {2}averagePool: ONNX has no AveragePool of integers/],
  [
    /^adaptive\w+ (of|with indices of) \[(2,3,11|2,3|2,3,9,8|2,5,7|1,5,6,5)\](?! to 3,2$)/,
    /adaptive/,
  ],
  [/^adaptiveMaxPool with indices/, /adaptiveMaxPoolIndices has no operator in ONNX/],
  [/^adaptive\w+ of \[3,5,6\] to 0/, /adaptive/],
  [
    /^running (mean|variance) of/,
    /changes a tensor that no op computed with runningStatistics in place/,
  ],
  [/^fractionalMaxPool/, /fractionalMaxPool has no operator in ONNX/],
  [
    /^interpolate uint8.*mode bilinear/,
    /ONNX rounds bytes otherwise; convert the images to float32/,
  ],
  [/^interpolate .*antialias true, alignCorners true/, /no Resize with both antialias and align/],
  [/^gridSample \[1,2,3,4,3\].*bicubic/, /runtimes have no cubic GridSample of volumes/],
  [/^interpolate .*mode lanczos/, /:\n {2}interpolate: ONNX has no Resize with mode lanczos$/],
  [/(sort|gather|indexSelect).* single number|of \[\] along/, /of a 0-dim tensor$/],
];

/**
 * What onnxruntime computes otherwise: NaN among extremes and in order, means of nothing, remainders of 0, convolutions
 * without outputs, maxima of windows of -Infinity, normalisation and means of
 * nothing. Transposed convolutions to no channels are
 * refused by the functions that an import calls.
 */
const differs =
  /NaN|mean of no elements|fmod of int32|conv no outputs|convInput no (outputs|input channels)|^interpolate \[0,.* mode area|maxPool of the lowest|^maxPoolPick|^layerNorm over 2 of \[0,5\]/;

const reasonFor = (name: string): RegExp | undefined =>
  refused.find(([one]) => one.test(name))?.[1];

describe.each(Object.entries(rest))('%s', (_, cases) => {
  const all = cases.filter((one) => one.inputs.length > 0 && !differs.test(one.name));
  const ours = oneIn(2, 'cases', all);
  const named = ours.map((one) => [one.name, one] as const);
  test.each(named.filter(([name]) => reasonFor(name) === undefined))('%s', async (_, one) => {
    await expectSame(new Run(one), [inputsOf(one)], { dynamicBatch: false });
  });

  const without = named.filter(([name]) => reasonFor(name) !== undefined);
  if (without.length > 0) {
    test.each(without)('%s is refused', async (name, one) => {
      const exporting = io.exportOnnx(new Run(one), inputsOf(one), modelPath, {
        dynamicBatch: false,
      });
      await expect(exporting).rejects.toThrow(reasonFor(name));
    });
  }
});
