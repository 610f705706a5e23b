// onnxruntime in a thread of its own: it loads itself by import(), which jest's realms do not have.
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const types = { float32: 'float32', float64: 'float64', int32: 'int32', bool: 'bool' };

parentPort.on('message', async ({ id, model, runs }) => {
  try {
    const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
    const results = [];
    for (const inputs of runs) {
      const feeds = Object.fromEntries(
        inputs.map(({ dtype, shape, data }, i) => [
          session.inputNames[i],
          new ort.Tensor(types[dtype], data, shape),
        ]),
      );
      const outputs = await session.run(feeds);
      results.push(
        session.outputNames.map((name) => {
          const { type, dims, data } = outputs[name];
          return { name, dtype: type, shape: [...dims], data: Array.from(data, Number) };
        }),
      );
    }
    await session.release();
    parentPort.postMessage({ id, results });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
