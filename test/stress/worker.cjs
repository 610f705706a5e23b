// A worker thread that trains in a given way until it is terminated or exits.
const { parentPort, workerData } = require('node:worker_threads');

const { F, backend, compile, manualSeed, nn, optim, randn, zeros } = require(workerData.library);

manualSeed(1);
backend.setNumThreads(workerData.threads);
const [xs, ys] = [randn(300, 16, 64), randn(300, 16, 8)];
const [x, y] = [xs.select(0, 0), ys.select(0, 0)];

function training() {
  const model = new nn.Sequential(new nn.Linear(64, 64), new nn.Tanh(), new nn.Linear(64, 8));
  const optimizer = new optim.Adam(model.parameters());
  return (x, y) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** A training step that was captured. */
function compiled() {
  const step = compile(training());
  step(x, y);
  return step;
}

const running = () => parentPort.postMessage('running');

const modes = {
  eager() {
    const step = training();
    for (;;) step(x, y);
  },
  compiled() {
    const step = compiled();
    for (;;) step(x, y);
  },
  scan() {
    const step = compiled();
    for (;;) step.scan(xs, ys);
  },
  async scanAsync() {
    const step = compiled();
    for (;;) await step.scanAsync(xs, ys);
  },
  queue() {
    for (let i = 0; i < 5; i++) void compiled().scanAsync(xs, ys);
    parentPort.ref(); // stays until it is ended
    parentPort.on('message', () => {});
  },
  capture() {
    const w = zeros(64, { requiresGrad: true });
    compile((x) => {
      for (;;) x.mul(2).add(w);
    })(x);
  },
  captures() {
    for (;;) compiled().dispose();
  },
  // Objects that are made in C++: each of its calls fails once a worker is to end.
  descriptions() {
    const step = compiled();
    for (;;) {
      step.toString();
      step.stats;
      backend.info();
    }
  },
  products() {
    const big = randn(512, 512);
    for (;;) big.matmul(big);
  },
  exit() {
    const step = training();
    const leaf = randn(4, { requiresGrad: true });
    leaf.registerHook(() => process.exit(3));
    step(x, y);
    leaf.mul(2).sum().backward();
  },
  exitInFlight() {
    void compiled().scanAsync(xs, ys);
    process.exit(3);
  },
  error() {
    void compiled().scanAsync(xs, ys);
    const leaf = randn(4, { requiresGrad: true });
    leaf.registerHook(() => {
      throw new Error('of the hook');
    });
    leaf.mul(2).sum().backward();
  },
};

running();
void modes[workerData.mode]();
