/** Results do not depend on the number of threads: large inputs with one, two and three threads. */
import {
  backend,
  cat,
  F,
  grad,
  manualSeed,
  ones,
  randn,
  where,
  zeros,
  type Tensor,
} from 'blasgrad';

// More than two threads' worth for the cheapest loops, 2^17 elements each, and no multiple of a vector.
const rows = 517;
const columns = 701;

manualSeed(1);
const x = randn(rows, columns);
const y = randn(rows, columns);
const row = randn(columns);
const double = x.to('float64');
const weight = randn(64, columns);
const labels = x.argmax(1).remainder(64);

const ops: Record<string, () => Tensor> = {
  abs: () => x.abs(),
  exp: () => x.exp(),
  'exp, float64': () => double.exp(),
  tanh: () => x.tanh(),
  gelu: () => F.gelu(x),
  'a transposed operand': () => x.T.exp(),
  'every second column': () => x.slice(1, 0, null, 2).sqrt(),
  add: () => x.add(y),
  'add of a row': () => x.add(row),
  'add of a number': () => x.add(1.5),
  'add of a transposed operand': () => x.T.add(y.T),
  pow: () => x.abs().pow(y),
  lt: () => x.lt(y),
  where: () => where(x.gt(0), x, y),
  clone: () => x.T.clone(),
  'to float64': () => x.to('float64'),
  'to int32': () => x.mul(1000).to('int32'),
  'fill in place': () => x.clone().fill_(3),
  'add in place': () => x.clone().add_(row),
  'sum of all': () => x.sum(),
  'sum over rows': () => x.sum(0),
  'sum over columns': () => x.sum(1),
  mean: () => x.mean(),
  'var over columns': () => x.var(1),
  'amax over rows': () => x.amax(0),
  'argmax over columns': () => x.argmax(1),
  cumsum: () => x.cumsum(0),
  softmax: () => F.softmax(x, 1),
  'softmax over rows': () => F.logSoftmax(x, 0),
  matmul: () => x.matmul(y.T),
  'matmul of many': () => x.narrow(0, 0, 500).reshape(50, 10, columns).matmul(weight.T),
  linear: () => F.linear(x, weight),
  cat: () => cat([x, y], 1),
  sort: () => x.sort(1).values,
  indexSelect: () => x.indexSelect(0, labels),
  gather: () => x.gather(0, labels.unsqueeze(1).expand(rows, columns)),
  indexAdd: () => x.indexAdd(0, labels, y),
  'gradient of gelu': () => gradient((one) => F.gelu(one)),
  'gradient of a broadcast product': () => gradient((one) => one.mul(row).mul(one)),
  'gradient of linear': () => gradient((one) => F.linear(one, weight)),
  'gradient of a weight': () => {
    const w = weight.detach().requiresGrad_();
    return grad(F.linear(x, w).sum(), w)[0];
  },
  'gradient of crossEntropy': () => gradient((one) => F.crossEntropy(one, labels)),
};

/** Rows of many channels, as of images. */
const image = x.narrow(0, 0, 512).reshape(64, 8, columns);
const channels = randn(8);
const norms: Readonly<Record<string, (x: Tensor, weight: Tensor, bias: Tensor) => Tensor>> = {
  'batchNorm of images': (of, weight, bias) =>
    F.batchNorm(of, null, null, { weight, bias, training: true }),
  instanceNorm: (of, weight, bias) => F.instanceNorm(of, { weight, bias }),
  groupNorm: (of, weight, bias) => F.groupNorm(of, 4, { weight, bias }),
};
const normsOfRows: typeof norms = {
  'batchNorm of rows': norms['batchNorm of images'],
  layerNorm: (of, weight, bias) => F.layerNorm(of, [columns], { weight, bias }),
  rmsNorm: (of, weight) => F.rmsNorm(of, [columns], { weight }),
};

function normResults(
  run: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor,
  input: Tensor,
  parameters: Tensor,
): Tensor {
  const leaves = [input, parameters, parameters.neg()].map((one) => one.detach().requiresGrad_());
  const out = run(leaves[0], leaves[1], leaves[2]);
  const gradients = grad(out.mul(input).sum(), leaves, { allowUnused: true });
  return cat([out, ...gradients].flatMap((one) => (one === null ? [] : [one.detach().flatten()])));
}

for (const [table, input, parameters] of [
  [norms, image, channels],
  [normsOfRows, x, row],
] as const) {
  for (const [name, run] of Object.entries(table)) {
    ops[`${name}, and its gradients`] = () => normResults(run, input, parameters);
  }
}
Object.assign(ops, {
  'running statistics': () => {
    const statistics = [zeros(8), ones(8)];
    F.batchNorm(image, statistics[0], statistics[1], { training: true });
    return cat(statistics);
  },
  localResponseNorm: () => F.localResponseNorm(image, 3),
  ...Object.fromEntries(
    ([F.dropout, F.alphaDropout, F.featureAlphaDropout, F.rrelu] as const).map((run) => [
      run.name,
      () => {
        manualSeed(7);
        return run(image, { training: true });
      },
    ]),
  ),
});

function gradient(fn: (x: Tensor) => Tensor): Tensor {
  const leaf = x.detach().requiresGrad_();
  return grad(fn(leaf).sum(), leaf)[0];
}

const threads = backend.getNumThreads();
afterAll(() => backend.setNumThreads(threads));

// OpenBLAS picks kernels by the size of a part, and they add in other orders.
const products = /matmul|linear|gradient of a weight/;

test.each(Object.entries(ops))('%s', (name, run) => {
  const results = [1, 2, 3].map((count) => {
    backend.setNumThreads(count);
    return run().contiguous();
  });
  for (const result of results) {
    if (products.test(name)) expect(result.sub(results[0]).abs().max().item()).toBeLessThan(5e-4);
    else expect(Buffer.compare(bytes(result.data), bytes(results[0].data))).toBe(0);
  }
});

function bytes({ buffer, byteOffset, byteLength }: Tensor['data']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
