// Numbers of every kind of kernel as JSON, { name: numbers }, to compare SIMD targets.
const { backend, F, Generator, nn, optim, randn, tensor } = require('blasgrad');

const generator = new Generator().manualSeed(3);
const found = { target: [backend.info().simdTarget, backend.info().coreType] };

/** Sums, one of them weighted by place, so that numbers in wrong order show; and a few as they are. */
function keep(name, result) {
  const numbers = result.detach().to('float64').flatten();
  const weights = numbers.mul(0).add(1).cumsum(0).mul(0.37).sin();
  const size = numbers.abs().sum().item() || 1; // what a sum that cancels is measured by
  const few = numbers.narrow(0, 0, Math.min(7, numbers.numel())).toArray();
  found[name] = [numbers.sum().item() / size, numbers.mul(weights).sum().item() / size, ...few];
}

// Lengths around whole vectors of 4, 8 and 16 numbers.
const lengths = [1, 3, 4, 7, 15, 16, 17, 31, 33, 255, 1000];
const unary = 'exp expm1 tanh sigmoid erf sin cos tan atan sinh cosh square abs floor'.split(' ');
const positive = 'log log1p log2 log10 sqrt rsqrt reciprocal'.split(' ');
const functional = 'relu gelu silu mish elu softplus logsigmoid hardswish'.split(' ');

for (const dtype of ['float32', 'float64']) {
  const at = (name) => `${dtype} ${name}`;
  for (const length of lengths) {
    const x = randn(length, { generator, dtype });
    const y = randn(length, { generator, dtype });
    for (const name of unary) keep(at(`${name} ${length}`), x[name]());
    for (const name of positive) keep(at(`${name} ${length}`), x.abs().add(0.1)[name]());
    for (const name of functional) keep(at(`${name} ${length}`), F[name](x));
    for (const name of ['add', 'mul', 'div', 'maximum', 'atan2'])
      keep(at(`${name} ${length}`), x[name](y));
    for (const name of ['sum', 'mean', 'amax', 'amin', 'cumsum', 'logsumexp', 'softmax', 'sort']) {
      const reduced = name === 'sort' ? x.sort(0).values : x[name](0);
      keep(at(`${name} ${length}`), reduced);
    }
    const leaf = x.clone().requiresGrad_(true);
    F.gelu(leaf).mul(y).add(leaf.tanh()).sum().backward();
    keep(at(`gradient ${length}`), leaf.grad);
  }
  for (const [m, n, k] of [
    [1, 1, 1],
    [1, 10, 784],
    [10, 64, 784],
    [17, 33, 65],
    [128, 512, 100],
    [300, 200, 50],
  ]) {
    // prettier-ignore
    const [a, b] = [randn(m, k, { generator, dtype }), randn(n, k, { generator, dtype })];
    keep(at(`product ${m} ${n} ${k}`), a.matmul(b.T));
    keep(at(`linear ${m} ${n} ${k}`), F.linear(a, b, randn(n, { generator, dtype })));
    keep(at(`transposed ${m} ${n} ${k}`), a.T.matmul(a));
  }
}

// Trainings: what differs in the last place must not grow.
for (const [name, make] of Object.entries({
  SGD: (parameters) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9 }),
  Adam: (parameters) => new optim.Adam(parameters, { lr: 0.01 }),
})) {
  const filled = (shape) => randn(...shape, { generator }).mul(0.3);
  const model = new nn.Sequential(new nn.Linear(20, 33), new nn.Tanh(), new nn.Linear(33, 5));
  model.loadStateDict(
    Object.fromEntries(
      Object.entries(model.stateDict()).map(([key, { shape }]) => [key, filled(shape)]),
    ),
  );
  const [x, labels] = [randn(40, 20, { generator }), tensor(Array.from({ length: 40 }, (_, i) => i % 5), { dtype: 'int32' })]; // prettier-ignore
  const optimizer = make(model.parameters());
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    F.crossEntropy(model.forward(x), labels).backward();
    optimizer.step();
  }
  for (const [key, parameter] of Object.entries(model.stateDict()))
    keep(`${name} ${key}`, parameter);
}
console.log(JSON.stringify(found));
