/** Tensors and modules in messages between threads. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  fromArray,
  Generator,
  nn,
  ones,
  optim,
  Tensor,
  tensor,
  type DType,
  type TransferableTensor,
} from 'blasgrad';
import { expectRefusals } from '../support/refusals';
import { library } from '../support/programs';

const send = (x: Tensor): Tensor => Tensor.from(structuredClone(x.toTransferable()));
const optimizer = (): optim.SGD => new optim.SGD([new nn.Parameter(ones(1))], { lr: 1 });

test.each<[string, () => unknown, string]>([
  ['tensors', () => ones(2), 'sendTransferableInstead'],
  ['parameters', () => new nn.Parameter(ones(2)), 'sendTransferableInstead'],
  ['state dicts', () => new nn.Linear(2, 2).stateDict(), 'sendTransferableInstead'],
  ['generators', () => new Generator(1), 'sendTransferableInstead'],
  ['modules', () => new nn.Linear(2, 2), 'sendStateDictInstead'],
  ['modules without parameters', () => new nn.ReLU(), 'sendStateDictInstead'],
  ['schedules', () => new optim.lrScheduler.StepLR(optimizer(), 1), 'sendStateDictInstead'],
  ['optimizers', optimizer, 'could not be cloned'],
])('%s are refused', (_what, make, message) => {
  expect(() => structuredClone(make())).toThrow(message);
});

test.each<DType>(['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'bool'])(
  'messages of %s hold the same tensor',
  (dtype) => {
    for (const x of [
      tensor(
        [
          [0, 1],
          [1, 1],
        ],
        { dtype },
      ),
      tensor(
        [
          [0, 1],
          [1, 1],
        ],
        { dtype },
      ).t(),
      tensor([0, 1, 1, 0], { dtype }).narrow(0, 1, 2),
      tensor(1, { dtype }),
      ones(0, 3, { dtype }),
    ]) {
      const got = send(x);
      expect(got).toBeInstanceOf(Tensor);
      expect([got.dtype, got.shape, got.toArray()]).toEqual([dtype, x.shape, x.toArray()]);
    }
  },
);

test('messages keep requiresGrad, and the received tensor is trained as any other', () => {
  const got = send(tensor([1, 2], { requiresGrad: true }));
  got.mul(got).sum().backward();
  expect(got.grad?.toArray()).toEqual([2, 4]);
  expect(send(ones(2)).requiresGrad).toBe(false);
});

test('a message holds a part of a larger tensor alone', () => {
  const rows = ones(1000, 100);
  expect(rows.select(0, 3).toTransferable().data.buffer.byteLength).toBe(400);
  expect(rows.narrow(0, 3, 2).toTransferable().data.length).toBe(200);
});

test('memory is moved by the transfer list', () => {
  const x = tensor([1, 2, 3]);
  const message = x.toTransferable();
  const got = structuredClone(message, { transfer: [message.data.buffer as ArrayBuffer] });
  expect(Tensor.from(got).toArray()).toEqual([1, 2, 3]);
  expect(() => x.add(1)).toThrow('detached');
});

const message = ones(2).toTransferable();
const not = (value: unknown): TransferableTensor => value as TransferableTensor;
expectRefusals([
  [() => Tensor.from(not(null)), TypeError, 'Tensor.from: expected the result of toTransferable'],
  [
    () => Tensor.from(not(ones(2))),
    TypeError,
    'Tensor.from: expected the result of toTransferable',
  ],
  [() => Tensor.from(not({ ...message, dtype: 'half' })), RangeError, 'Tensor.from: expected one'],
  [
    () => Tensor.from(not({ ...message, shape: [3] })),
    RangeError,
    'Tensor.from: expected 3 elements',
  ],
  [() => Tensor.from(not({ ...message, shape: [-2] })), RangeError, 'Tensor.from: expected'],
  [() => Tensor.from(not({ ...message, data: [1, 1] })), TypeError, 'expected a Float32Array for'],
  [() => Tensor.from(not({ ...message, data: new Float64Array(2) })), TypeError, 'a Float32Array'],
  [() => Tensor.from(not({ ...message, requiresGrad: 1 })), TypeError, 'expected a boolean for'],
  [
    () => Tensor.from({ ...ones(1, { dtype: 'int32' }).toTransferable(), requiresGrad: true }),
    RangeError,
    'Tensor.from: expected a floating dtype',
  ],
]);

test('a parameter over shared memory shares it', () => {
  const array = new Float32Array(new SharedArrayBuffer(24));
  const parameter = new nn.Parameter(fromArray(array, [2, 3]));
  array[4] = 7;
  expect(parameter.toArray()).toEqual([
    [0, 0, 0],
    [0, 7, 0],
  ]);
  new optim.SGD([parameter], { lr: 1 });
  const row = new nn.Parameter(fromArray(array, [2, 3]).select(0, 1));
  row.sum().backward();
  new optim.SGD([row], { lr: 1 }).step();
  expect([...array]).toEqual([0, 0, 0, -1, 6, -1]);
  // Other tensors are copied, also parameters.
  const copy = new nn.Parameter(new nn.Parameter(ones(2)));
  const strided = new nn.Parameter(fromArray(array, [2, 3]).t());
  expect([copy.toArray(), strided.shape]).toEqual([
    [1, 1],
    [3, 2],
  ]);
  array[0] = 9;
  expect(strided.toArray()).toEqual([
    [0, -1],
    [0, 6],
    [0, -1],
  ]);
});

test('a worker trains the parameters of this thread', async () => {
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { F, nn, ones, optim, Tensor } = require(workerData.library);
    const model = new nn.Linear(2, 1);
    const shared = ([name, value]) => [name, new nn.Parameter(Tensor.from(value))];
    Object.assign(model, Object.fromEntries(workerData.state.map(shared)));
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    model.forward(ones(1, 2)).sum().backward();
    optimizer.step();
    parentPort.postMessage(model.weight.toTransferable());
  `;
  const model = new nn.Linear(2, 1);
  const before = model.weight.toArray() as number[][];
  const state = Object.entries(model.stateDict()).map(([name, x]) => [name, x.toTransferable()]);
  const worker = new Worker(program, { eval: true, workerData: { library, state } });
  const [answer] = (await once(worker, 'message')) as [TransferableTensor];
  expect(model.weight.toArray()).toEqual([before[0].map((value) => Math.fround(value - 1))]);
  expect(Tensor.from(answer).toArray()).toEqual(model.weight.toArray());
  await worker.terminate();
});
