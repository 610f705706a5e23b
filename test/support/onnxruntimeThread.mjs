// Runs onnxruntime in a worker thread: it needs import(), which Jest's realms do not have.
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Half-precision numbers from their bits, where JavaScript has no class for them. */
function decoded(data) {
  if (!(data instanceof Uint16Array)) return Array.from(data, Number);
  return Array.from(data, (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1024 + fraction) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}

parentPort.on('message', async ({ id, model, runs }) => {
  try {
    const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
    const results = [];
    for (const inputs of runs) {
      const feeds = Object.fromEntries(
        inputs.map(({ dtype, shape, data }, i) => [
          session.inputNames[i],
          new ort.Tensor(dtype, data, shape),
        ]),
      );
      const outputs = await session.run(feeds);
      results.push(
        session.outputNames.map((name) => {
          const { type, dims, data } = outputs[name];
          return { name, dtype: type, shape: [...dims], data: decoded(data) };
        }),
      );
    }
    await session.release();
    parentPort.postMessage({ id, results });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
