/** The dtypes of numbers in samples that workers read. */
import { outputOf } from './support';

const dtypesOf = `
  const dtypesOf = async (source, options) => {
    const found = new Set();
    for await (const { age, label, pair } of new DataLoader(source, options)) {
      found.add([age, label, ...pair].map(({ dtype }) => dtype).join());
    }
    return [...found];
  };`;

test.each([false, true])(
  'have the same dtypes for any number of workers, promises: %p',
  async (isAsync) => {
    const result = await outputOf(`
    ${dtypesOf}
    const whole = await load('ages.mjs', { isAsync: ${isAsync} });
    const found = [];
    for (const workers of [0, 1, 2]) {
      const parts = [
        [whole, { batchSize: 2 }],
        [whole, { batchSize: 2, shuffle: true }],
        [new data.Subset(whole, [0, 1, 2]), {}],
        [new data.ConcatDataset([await load("ages.mjs", { fraction: -1, isAsync: ${isAsync} }), whole]), { batchSize: 5 }],
      ];
      for (const [source, options] of parts) found.push(await dtypesOf(source, { ...options, workers }));
      const dtypes = { age: 'float64', pair: [null, 'float64'] };
      found.push(await dtypesOf(whole, { workers, dtypes }));
    }
    tell(found);
  `);
    const inferred = Array.from({ length: 4 }, () => ['float32,int32,int32,float32']);
    const given = ['float64,int32,int32,float64'];
    const each = [...inferred, given];
    expect(result).toEqual([...each, ...each, ...each]);
  },
);

test('numbers that do not fit are refused', async () => {
  const result = await outputOf(`
    ${dtypesOf}
    const dataset = await load('ages.mjs', { length: 20_000, fraction: 19_998 });
    const failures = [];
    for (const workers of [0, 2]) {
      failures.push(await failureOf(() => dtypesOf(dataset, { workers, batchSize: 5000, prefetch: 4 })));
    }
    tell(failures.map(({ message }) => message));
  `);
  const message =
    'DataLoader: .age of a sample is 25.5, but earlier samples have integers of 32 bits there; ' +
    "set the option dtypes, for example to 'float32'";
  expect(result).toEqual([message, message]);
});
