// Trains with one seed: eagerly, compiled, in scans and in the background, with 1, 2 and 3 threads. Prints a hash of all
// parameters after each.
const { createHash } = require('node:crypto');
const { F, backend, compile, manualSeed, nn, optim, randn } = require('blasgrad');

const [rows, steps] = [256, 12];

/** The parameters' bits after training; `run` takes the steps. */
async function bitsOf(run) {
  manualSeed(7);
  const model = new nn.Sequential(
    new nn.Linear(96, 256),
    new nn.GELU(),
    new nn.Dropout(0.2),
    new nn.Linear(256, 10),
  );
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
  const [xs, ys] = [randn(steps, rows, 96), randn(steps, rows, 10)];
  const step = (x, y) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    return loss;
  };
  await run(step, xs, ys);
  const hash = createHash('sha256');
  for (const parameter of model.parameters()) {
    hash.update(new Uint8Array(Float32Array.from(parameter.detach().data).buffer));
  }
  return hash.digest('hex').slice(0, 16);
}

const each = (call, xs, ys) => {
  for (let i = 0; i < steps; i++) call(xs.select(0, i), ys.select(0, i));
};
const ways = {
  eager: (step, xs, ys) => each(step, xs, ys),
  compiled: (step, xs, ys) => each(compile(step), xs, ys),
  scan: (step, xs, ys) => compile(step).scan(xs, ys),
  scanAsync: (step, xs, ys) => compile(step).scanAsync(xs, ys),
};

void (async () => {
  for (const threads of [1, 2, 3]) {
    backend.setNumThreads(threads);
    for (const [name, way] of Object.entries(ways)) {
      console.log(`${name}, ${threads} threads: ${await bitsOf(way)}`);
    }
  }
})();
