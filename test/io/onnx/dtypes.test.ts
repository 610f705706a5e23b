/** Models with uint8, int64, float16 and bfloat16: imported, exported, and what ONNX lacks. */
import { join } from 'node:path';
import {
  compile,
  fromArray,
  io,
  nn,
  noGrad,
  randn,
  tensor,
  where,
  type DType,
  type Tensor,
} from 'blasgrad';
import { attributeTypes, dataTypes } from '../../../dist/io/onnx/schema';
import { onnxruntime } from '../../support/onnxruntime';
import { cleanUp, expectSame, modelPath, Own } from './compare';
import { cleanUp as cleanUpFiles, int, load, longs, node, value, x } from './modelFile';

afterAll(async () => {
  cleanUpFiles();
  await cleanUp();
});

const bitsOf = ({ data }: Tensor): number[] =>
  Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length));
const text = (name: string, s: string) => ({
  name,
  s: new TextEncoder().encode(s),
  type: attributeTypes.string,
});

describe('a file of Python (dtypes/make.py)', () => {
  const path = join(__dirname, 'dtypes', 'dtypes.onnx');
  const input = tensor([1.5, 2.7, 3]);

  test('has its elements bit for bit, and its casts', async () => {
    const model = await io.importOnnx(path);
    const y = noGrad(() => model.run({ x: input }));
    const dtypes: Record<string, DType> = {
      ...{ f16: 'float16', bf16: 'bfloat16', u8: 'uint8', i64: 'int64' },
    };
    for (const [name, one] of Object.entries(y)) {
      expect([name, one.dtype]).toEqual([name, dtypes[name.split('_')[0]]]);
    }
    for (const how of ['list', 'raw']) {
      expect(bitsOf(y[`f16_${how}_out`].detach())).toEqual([0x8000, 1, 0x3e00, 0xfc00, 0x7e01]);
      expect(bitsOf(y[`bf16_${how}_out`].detach())).toEqual([0x8000, 1, 0x3fc0, 0xff80, 0x7fc1]);
      expect(y[`u8_${how}_out`].toArray()).toEqual([0, 127, 128, 255]);
      const limits = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n];
      expect(y[`i64_${how}_out`].toArray()).toEqual(limits);
    }
    for (const how of ['cast', 'like']) {
      expect(y[`f16_${how}`].toArray()).toEqual([1.5, 2.69921875, 3]);
      expect(y[`bf16_${how}`].toArray()).toEqual([1.5, 2.703125, 3]);
      expect(y[`u8_${how}`].toArray()).toEqual([1, 2, 3]);
      expect(y[`i64_${how}`].toArray()).toEqual([1, 2, 3]);
    }
  });

  test('is computed in float32 when asked', async () => {
    const model = await io.importOnnx(path, { dtype: 'float32' });
    const y = noGrad(() => model.run({ x: input }));
    expect([y['f16_raw_out'].dtype, y['bf16_cast'].dtype]).toEqual(['float32', 'float32']);
    expect(y['f16_list_out'].toArray()).toEqual([-0, 2 ** -24, 1.5, -Infinity, NaN]);
    expect(y['bf16_cast'].toArray()).toEqual(input.toArray());
    expect([y['i64_cast'].dtype, y['u8_cast'].dtype]).toEqual(['int64', 'uint8']);
  });

  test.each([
    [{ dtype: 'int64' }, RangeError, "'float16' or 'bfloat16' for dtype, got 'int64'"],
    [{ type: 1 }, RangeError, "one of dtype for options, got 'type'"],
    [3, TypeError, 'an object for options, got 3'],
  ])('is refused with %p', async (options, kind, message) => {
    const importing = io.importOnnx(path, options as never);
    await expect(importing).rejects.toThrow(kind);
    await expect(importing).rejects.toThrow(message);
  });
});

describe('int64 of a graph', () => {
  test('a division rounds towards 0, exactly', async () => {
    const model = await load({
      nodes: [node('Div', ['x', 'w'], ['y'])],
      tensors: [longs('w', [2, -2, 2, -2, 3])],
      inputs: [value('x', dataTypes.int64)],
    });
    const big = 2n ** 62n + 1n;
    const given = tensor([7n, 7n, -7n, -7n, big]);
    expect(model.forward(given).toArray()).toEqual([3, -3, -3, 3, big / 3n]);
  });

  test('an input takes int32, as indices are, and int64', async () => {
    const model = await load({
      nodes: [node('Gather', ['w', 'x'], ['g']), node('Add', ['x', 'one'], ['y'])],
      tensors: [longs('w', [5, 6, 7]), longs('one', [1], [])],
      inputs: [value('x', dataTypes.int64)],
    });
    for (const dtype of ['int32', 'int64'] as const) {
      const y = model.forward(tensor([0, 2], { dtype }));
      expect([y.dtype, y.toArray()]).toEqual(['int64', [1, 3]]);
    }
    expect(() => model.forward(tensor([1]))).toThrow('dtype int64 for x, got float32');
    expect(String(model)).toContain('x: int64');
  });

  test('small lists beyond 2^53 are exact, and still places', async () => {
    const model = await load({
      nodes: [
        node('Add', ['big', 'one'], ['sum']),
        node('Slice', ['x', 'zero', 'last', 'one'], ['part']),
        node('CastLike', ['sum', 'big'], ['y']),
        node('Equal', ['sum', 'big'], ['same']),
      ],
      tensors: [
        { ...longs('big', [0]), int64Data: [2n ** 53n + 1n] },
        { ...longs('last', [0]), int64Data: [2n ** 63n - 1n] },
        longs('one', [1]),
        longs('zero', [0]),
      ],
    });
    expect(model.forward(x).toArray()).toEqual([2n ** 53n + 2n]);
    const compiled = compile((input: Tensor) => model.forward(input));
    compiled(x);
    expect(compiled(x).toArray()).toEqual([2n ** 53n + 2n]);
  });

  test('a tensor filled with a number beyond 2^53', async () => {
    const model = await load({
      nodes: [
        node('Shape', ['x'], ['s']),
        node(
          'ConstantOfShape',
          ['s'],
          ['y'],
          [
            {
              name: 'value',
              t: { ...longs('', [0]), int64Data: [2n ** 60n + 1n] },
              type: attributeTypes.tensor,
            },
          ],
        ),
      ],
    });
    const row = new Array<bigint>(3).fill(2n ** 60n + 1n);
    expect(model.forward(x).toArray()).toEqual([row, row]);
  });

  test('sums keep the dtype of the graph', async () => {
    const model = await load({
      nodes: [
        node('Cast', ['x'], ['i'], [int('to', dataTypes.int32)]),
        node('ReduceSum', ['i'], ['s'], [int('keepdims', 0)]),
        node('CumSum', ['i', 'one'], ['c']),
        node('Add', ['s', 'c'], ['y']),
      ],
      tensors: [longs('one', [1], [])],
    });
    const y = model.forward(x);
    expect([y.dtype, y.toArray()]).toEqual([
      'int32',
      [
        [-2, -4, -1],
        [-7, -2, -8],
      ],
    ]);
  });

  test('a range in a compiled function', async () => {
    const model = await load({
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'one'], ['n']),
        node('Range', ['zero', 'n', 'one'], ['r']),
        node('Cast', ['r'], ['f'], [int('to', dataTypes.float32)]),
        node('Add', ['x', 'f'], ['y']),
      ],
      tensors: [longs('zero', [0], []), longs('one', [1], [])],
    });
    const compiled = compile((input: Tensor) => model.forward(input));
    compiled(x);
    expect(compiled(x).toArray()).toEqual(x.add(tensor([0, 1, 2])).toArray());
  });
});

test('functions of bits in a graph', async () => {
  const byte = value('x', dataTypes.uint8);
  const model = await load({
    opset: 18,
    inputs: [byte],
    nodes: [
      node('BitwiseNot', ['x'], ['a']),
      node('BitwiseAnd', ['a', 'w'], ['b']),
      node('BitwiseXor', ['b', 'x'], ['c']),
      node('BitwiseOr', ['c', 'one'], ['d']),
      node('BitShift', ['d', 'one'], ['e'], [text('direction', 'LEFT')]),
      node('BitShift', ['e', 'one'], ['y'], [text('direction', 'RIGHT')]),
    ],
    tensors: [
      { name: 'w', dims: [2n], dataType: dataTypes.uint8, int32Data: [0x0f, 0xf0] },
      { name: 'one', dims: [], dataType: dataTypes.uint8, int32Data: [1] },
    ],
  });
  const y = model.forward(tensor([0b1010, 0b1100_0000], { dtype: 'uint8' }));
  expect([y.dtype, y.toArray()]).toEqual(['uint8', [0x0f, 0x71]]);
  const shifted = await load({
    inputs: [value('x', dataTypes.int64)],
    nodes: [node('BitShift', ['x', 'x'], ['y'], [text('direction', 'LEFT')])],
  });
  expect(() => shifted.forward(tensor([1n]))).toThrow(
    'OnnxModule: BitShift of int64 is not supported; only uint8 is',
  );
});

/** A model whose weights are of a dtype. */
const halfModel = (dtype: DType) =>
  new nn.Sequential(new nn.Linear(3, 4), new nn.GELU(), new nn.Linear(4, 2)).to(dtype);

describe.each(['float16', 'bfloat16'] as const)('a model of %s', (dtype) => {
  test('is exported and imported with its bits, and computes the same', async () => {
    const model = halfModel(dtype);
    const input = randn(5, 3).to(dtype);
    await expectSame(model, [[input]]);
    const again = await io.importOnnx(modelPath);
    for (const [name, weight] of model.namedParameters()) {
      const other = again.namedParameters().find(([one]) => one === name)?.[1] as Tensor;
      expect([other.dtype, bitsOf(other.detach().clone())]).toEqual([
        dtype,
        bitsOf(weight.detach().clone()),
      ]);
    }
    expect(noGrad(() => again.forward(input)).dtype).toBe(dtype);
  });

  test('runs in onnxruntime between casts', async () => {
    const inner = halfModel(dtype);
    const model = new Own(
      (input) => {
        const y = inner.forward(input.to(dtype));
        const scaled = where(y.gt(0), y, y.mul(0.5)).add(tensor([0.25, 1], { dtype }));
        return [scaled.softmax(1).to('float32'), scaled.sum(0, { keepdim: true }).to('float32')];
      },
      [inner],
    );
    await io.exportOnnx(model, randn(5, 3), modelPath);
    const input = randn(7, 3);
    const [results] = await onnxruntime(modelPath, [[input]]);
    const expected = noGrad(() => model.forward(input)) as Tensor[];
    const precision = dtype === 'float16' ? 2e-3 : 2e-2;
    results.forEach(({ data }, i) => {
      const values = Array.from(expected[i].contiguous().data, Number);
      data.forEach((got, k) => {
        expect(Math.abs(got - values[k])).toBeLessThan(precision * (1 + Math.abs(values[k])));
      });
    });
  });
});

const bytes = tensor([0, 1, 7, 200, 255, 128], { dtype: 'uint8' });
const others = tensor([3, 255, 9, 100, 1, 8], { dtype: 'uint8' });
const longNumbers = tensor([7n, -7n, 2n ** 40n, -1n, 0n, 5n]);
const divisors = tensor([2n, 2n, -3n, 4n, 5n, -5n]);

describe('exported and run by onnxruntime:', () => {
  test.each<[string, (...inputs: Tensor[]) => unknown, Tensor[]]>([
    ['uint8 wraps', (a, b) => [a.add(b), a.sub(b), a.mul(b), a.neg()], [bytes, others]],
    ['uint8 is compared', (a, b) => [a.lt(b), a.eq(200), a.maximum(b)], [bytes, others]],
    [
      'uint8 is ordered',
      (a) => [a.argmax(0), a.topk(2).values, a.amax(), a.sort().values],
      [bytes],
    ],
    ['quotients of uint8', (a, b) => [a.floorDivide(b), a.remainder(b)], [bytes, others]],
    ['shifts of uint8', (a, b) => [a.bitwiseLeftShift(b), a.bitwiseRightShift(2)], [bytes, others]],
    [
      'floating numbers become uint8',
      (a) => a.to('uint8'),
      [tensor([-1, 2.7, 255, 256.5, 1e9, 0])],
    ],
    ['sums of uint8', (a) => [a.sum(), a.prod(), a.cumsum(0), a.sum().to('uint8')], [bytes]],
    ['sums of int32', (a) => [a.sum(0), a.cumsum(0), a.prod()], [longNumbers.to('int32')]],
    ['sums of bool', (a) => [a.gt(1).sum(), a.gt(1).cumsum(0), a.gt(1).all()], [longNumbers]],
    ['quotients of int64', (a, b) => [a.floorDivide(b), a.remainder(b)], [longNumbers, divisors]],
    [
      'quotients of float32',
      (a, b) => a.floorDivide(b),
      [tensor([1, -1, 7.5, -7.5, 5, -0.5, 0]), tensor([0.1, 0.1, 2, 2, 0, 3, -4])],
    ],
    [
      'bits, beside reductions along dimensions',
      (a, b) => [
        a.bitwiseAnd(b).reshape(2, 3).amax(1),
        a.bitwiseOr(1).sum(),
        a.bitwiseNot(),
        a.gt(0).bitwiseXor(b.gt(0)),
        a.to('float32').reshape(3, 2).mean(0),
      ],
      [longNumbers, divisors],
    ],
    [
      'int64 indices',
      (a, at) => [a.indexSelect(0, at), a.gather(0, at), a.index([at.sub(4)])],
      [bytes, tensor([3n, 0n, 1n])],
    ],
  ])('%s', async (_, run, inputs) => {
    await expectSame(new Own((...all) => run(...all)), [inputs], { dynamicBatch: false });
  });
});

test('constants keep their dtype', async () => {
  const constants = [
    tensor([2n ** 53n + 1n]),
    tensor([255], { dtype: 'uint8' }),
    fromArray(Uint16Array.of(0x7e01), [1], { dtype: 'float16' }),
    fromArray(Uint16Array.of(0x7fc1), [1], { dtype: 'bfloat16' }),
  ];
  const model = new Own((input) => [...constants.map((one) => one.clone()), input]);
  await io.exportOnnx(model, tensor([1]), modelPath, { dynamicBatch: false });
  const y = Object.values((await io.importOnnx(modelPath)).run({ input: tensor([1]) }));
  constants.forEach((one, i) => {
    expect(y[i].dtype).toBe(one.dtype);
    const bytes = ({ data }: Tensor) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
    expect(bytes(y[i].detach())).toBe(bytes(one));
  });
});

test('what ONNX does not have is named', async () => {
  const model = new Own((a, b) => [
    a.bitwiseLeftShift(b),
    a.to('int32').bitwiseRightShift(1),
    a.to('uint8').pow(b.to('uint8')),
  ]);
  const exporting = io.exportOnnx(model, [longNumbers, divisors], modelPath);
  await expect(exporting).rejects.toThrow(
    new RangeError(
      'exportOnnx: the model uses ops that cannot be exported:\n' +
        '  bitwiseLeftShift: ONNX has no BitShift of int64\n' +
        '  bitwiseRightShift: ONNX has no BitShift of int32\n' +
        '  pow: ONNX has no Pow of uint8',
    ),
  );
});
