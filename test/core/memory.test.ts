/** The memory of small tensors that are kept while training makes many temporary ones. */
import { fromArray, noGrad, ones } from 'blasgrad';
import { fine, runProgram } from '../support/process';
import { setting } from '../support/programs';

const program = (make: string): string => `
  ${setting}
  const net = new nn.Sequential(new nn.Linear(4, 30), new nn.Tanh(), new nn.Linear(30, 2));
  const optimizer = new optim.Adam(net.parameters());
  const [input, target, one] = [randn(32, 4), randn(32, 2), randn(4)];
  const bias = net.parameters()[3];
  const step = () => {
    optimizer.zeroGrad();
    F.mseLoss(net.forward(input), target).backward();
    optimizer.step();
  };
  for (let i = 0; i < 200; i++) step();
  gc();
  gc();
  const before = process.memoryUsage().arrayBuffers;
  const kept = [];
  for (let i = 0; i < 4000; i++) {
    step();
    kept.push(${make});
  }
  gc();
  gc();
  const each = (process.memoryUsage().arrayBuffers - before) / kept.length;
  console.log(kept[3999] !== undefined && each < 1024 ? 'small' : Math.round(each));
`;

// Each holds 8 or 16 bytes; a slab has 768.
test.each([
  ['tensors of numbers', 'tensor([i, 1, 2, 3])'],
  ['zeros', 'zeros(4)'],
  ['results of ops', 'one.mul(i)'],
  ['detached results', 'net.forward(one).detach()'],
  ['results without a graph', 'noGrad(() => net.forward(one))'],
  ['clones', 'one.clone()'],
  ['rows of a batch', 'input.select(0, 3).clone()'],
  ['gradients', 'bias.grad'],
  ['numbers', 'net.forward(one).sum().item()'],
])('%s that are kept take less than 1 KB each', async (_what, make) => {
  const ended = await runProgram(program(make), [], { flags: ['--expose-gc'] });
  expect(ended).toEqual({ ...fine, stdout: 'small\n' });
});

// Buffers as long as the slabs that small tensors are cut from.
test.each([768, 4096, 16384])(
  'a tensor over an array keeps it in a buffer of %i bytes',
  (bytes) => {
    const array = new Float32Array(new ArrayBuffer(bytes), 0, 4);
    const x = fromArray(array);
    expect(x.data).toBe(array);
    array[0] = 1;
    expect(x.toArray()).toEqual([1, 0, 0, 0]);
  },
);

test.each([1, 100, 200, 500, 1000, 3000])(
  'the data of a tensor of %i numbers can be transferred alone',
  (numbers) => {
    const [before, x, after] = [1, 2, 3].map((value) => ones(numbers).mul(value));
    structuredClone(null, { transfer: [x.data.buffer as ArrayBuffer] });
    expect([before.sum().item(), after.sum().item()]).toEqual([numbers, 3 * numbers]);
    expect(() => x.sum()).toThrow('detached');
  },
);

test('a result shares its memory with what is detached from it, before and after', () => {
  const x = ones(4, { requiresGrad: true });
  const y = x.mul(2);
  const view = y.narrow(0, 1, 2);
  const square = y.mul(y);
  const detached = y.detach();
  expect(detached.toArray()).toEqual([2, 2, 2, 2]);
  square.sum().backward(); // reads y
  expect(x.grad?.toArray()).toEqual([8, 8, 8, 8]);
  noGrad(() => y.mul_(3));
  expect([detached, y, view.detach()].map((one) => one.toArray())).toEqual([
    [6, 6, 6, 6],
    [6, 6, 6, 6],
    [6, 6],
  ]);
});
