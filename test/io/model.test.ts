/** io.saveModel and io.loadModel: predictions in another process, other models, damaged files, errors. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, Generator, io, manualSeed, nn, rand, tensor, type Tensor } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'model-'));
const file = join(folder, 'model.bg');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const rows = [
  { species: 'Adelie', mass: 3700, sex: 'male' },
  { species: 'Gentoo', mass: 5000, sex: 'female' },
  { species: 'Chinstrap', mass: 3600, sex: 'male' },
  { species: 'Adelie', mass: 3300, sex: 'female' },
];
const table = data.Table.fromRows(rows);
const inputs = new data.ColumnTransformer({
  species: new data.OrdinalEncoder({ handleUnknown: 'category' }),
  mass: new data.StandardScaler(),
}).fit(table);
const labels = new data.LabelEncoder().fit(table.column('sex'));
const tabular = (out = 2): nn.TabularMLP => new nn.TabularMLP(inputs, { out, hidden: [8] });

class Net extends nn.Module {
  readonly layer: nn.Linear;
  constructor(readonly config: { size: number; out: number }) {
    super();
    this.layer = new nn.Linear(config.size, config.out);
  }
  override forward(x: Tensor): Tensor {
    return this.layer.forward(x);
  }
}
const config = { size: 2, out: 1, note: [1, NaN, null], nested: { text: 'a' } };
const build = (given: { size: number; out: number }): Net => new Net(given);

test('a classifier predicts the same from the file, alone and in rows', async () => {
  const model = tabular();
  await io.saveModel(file, { model, transforms: inputs, target: labels });
  const loaded = await io.loadModel(file);
  expect(loaded.model.training).toBe(false);
  const all = loaded.predict(table);
  expect(all).toHaveLength(4);
  expect(loaded.predict(rows)).toEqual(all);
  const logits = model.forward(inputs.transform(table)).toArray() as number[][];
  rows.forEach((row, i) => {
    const alone = loaded.predict(row);
    expect(alone.label).toBe(all[i].label);
    const [female, male] = logits[i];
    expect(alone.label).toBe(male > female ? 'male' : 'female');
    const { probabilities = {} } = alone;
    expect(Object.keys(probabilities)).toEqual(['female', 'male']);
    expect(probabilities['male']).toBeCloseTo(1 / (1 + Math.exp(female - male)), 5);
    expect(probabilities['female'] + probabilities['male']).toBeCloseTo(1, 12);
    expect(Object.keys(alone)).toEqual(['label', 'probabilities']);
  });
  expect(loaded.predict([])).toEqual([]);
  expect(loaded.predict({ species: 'Emperor', mass: '4000' }).label).toMatch(/male/);
  expect(String(loaded)).toBe("LoadedModel(TabularMLP of 'species', 'mass')");
});

test('one output is the logit of the second class', async () => {
  await io.saveModel(file, { model: tabular(1), transforms: inputs, target: labels });
  const loaded = await io.loadModel(file);
  const logit = (loaded.model.call(inputs.transform(rows[0])) as Tensor).item();
  expect(loaded.predict(rows[0]).probabilities?.['male']).toBeCloseTo(
    1 / (1 + Math.exp(-logit)),
    6,
  );
});

test('a model of numbers predicts them in the units of the target', async () => {
  const transforms = new data.ColumnTransformer({ mass: new data.StandardScaler() }).fit(table);
  const target = new data.StandardScaler().fit([100, 300]);
  const model = new nn.TabularMLP(transforms, { out: 1 });
  const raw = model.forward(transforms.transform(rows[1])).item();
  await io.saveModel(file, { model, transforms, target });
  expect((await io.loadModel(file)).predict(rows[1]).value).toBeCloseTo(200 + 100 * raw, 3);
  await io.saveModel(file, { model, transforms });
  expect((await io.loadModel(file)).predict(rows[1])).toEqual({
    value: expect.closeTo(raw, 5) as number,
  });
  await io.saveModel(file, { model: new nn.TabularMLP(transforms, { out: 3 }), transforms });
  expect((await io.loadModel(file)).predict(table)[2].values).toHaveLength(3);
});

test('your own model is built by your function, from the saved config', async () => {
  const model = new Net(config);
  await io.saveModel(file, { model, transforms: inputs, config, build });
  const loaded = await io.loadModel(file, { build, compile: true });
  expect(loaded.config).toEqual(config);
  expect(loaded.model).toBeInstanceOf(Net);
  const expected = model.forward(inputs.transform(rows[0])).item();
  expect(loaded.predict(rows[0]).value).toBe(expected);
  await expect(io.loadModel(file)).rejects.toThrow(
    'loadModel: expected a function that builds the Net of the file for build, got undefined',
  );
  const other = (): nn.Linear => new nn.Linear(2, 1);
  await expect(io.loadModel(file, { build: other })).rejects.toThrow(/build\(config\) makes a model of another state than the model in .*model.bg: Linear.loadStateDict/); // prettier-ignore
  await expect(io.loadModel(file, { build: () => 1 as never })).rejects.toThrow(
    'loadModel: expected a module for the result of build, got 1',
  );
});

test('a model of images is saved with its transforms, and predicts pictures', async () => {
  const { CenterCrop, Compose, Normalize, RandomHorizontalFlip } = data.transforms;
  const transforms = new Compose([new CenterCrop(4), new Normalize([0.5, 0.4, 0.3], 0.25)]);
  const target = new data.LabelEncoder().fit(['cat', 'dog']);
  const make = () => new nn.Sequential(new nn.Flatten(), new nn.Linear(48, 2));
  const model = make();
  await io.saveModel(file, { model, transforms, target, build: make });
  const loaded = await io.loadModel(file, { build: make });
  expect(String(loaded)).toBe('LoadedModel(Sequential of images)');
  const images = [
    [3, 6, 5],
    [3, 4, 9],
  ].map((shape) => rand(shape).mul(255).to('uint8'));
  const predictions = loaded.predict(images);
  images.forEach((image, i) => {
    const logits = model.forward(transforms.forward(image).unsqueeze(0));
    const [cat] = logits.softmax(1).select(0, 0).toArray() as number[];
    expect(predictions[i].probabilities?.['cat']).toBeCloseTo(cat, 5);
    expect(predictions[i].label).toBe(cat > 0.5 ? 'cat' : 'dog');
    expect(loaded.predict(image)).toEqual(predictions[i]);
  });
  expect(loaded.predict([])).toEqual([]);
  expect(() => loaded.predict(rand(2, 3, 4, 4))).toThrow('LoadedModel.predict: expected a shape (C, H, W) for image, got [2, 3, 4, 4]'); // prettier-ignore
  expect(() => loaded.predict({ mass: 3 })).toThrow('LoadedModel.predict: expected a tensor for image, got an object'); // prettier-ignore
  const random = new Compose([new RandomHorizontalFlip(), transforms]);
  await expect(io.saveModel(file, { model, transforms: random })).rejects.toThrow(
    'saveModel: transforms chooses at random; pass the transforms that a prediction needs, without augmentation',
  );
  const own = new Compose([(x) => x.mul(2)]);
  await expect(io.saveModel(file, { model, transforms: own })).rejects.toThrow(
    'Compose.state: expected a transform of data.transforms, because code cannot be saved, for transforms[0], got a function',
  );
});

test.each(['float64', 'float16', 'bfloat16'] as const)('%s stays', async (dtype) => {
  const model = tabular().to(dtype);
  await io.saveModel(file, { model, transforms: inputs });
  const loaded = await io.loadModel(file);
  const state = loaded.model.stateDict();
  for (const [name, saved] of Object.entries(model.stateDict())) {
    expect(state[name].dtype).toBe(dtype);
    expect(state[name].toArray()).toEqual(saved.toArray());
  }
  expect(loaded.predict(rows[0]).values).toHaveLength(2);
});

test('saving and loading leave the random stream alone, and the same model makes the same file', async () => {
  const model = new Net(config);
  manualSeed(3);
  const wanted = rand(2).toArray();
  manualSeed(3);
  await io.saveModel(file, { model, transforms: inputs, config, build });
  await io.loadModel(file, { build });
  expect(rand(2).toArray()).toEqual(wanted);
  const bytes = readFileSync(file);
  await io.saveModel(file, { model, transforms: inputs, config, build });
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(readdirSync(folder)).toEqual(['model.bg']);
});

test('another process predicts in three lines', async () => {
  await io.saveModel(file, { model: tabular(), transforms: inputs, target: labels });
  const program = `
    const { io } = require(${JSON.stringify(require.resolve('blasgrad'))});
    io.loadModel(${JSON.stringify(file)}).then((model) =>
      console.log(JSON.stringify(model.predict({ species: 'Gentoo', mass: 5000 }))));`;
  const output = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  const here = (await io.loadModel(file)).predict({ species: 'Gentoo', mass: 5000 });
  expect(JSON.parse(output)).toEqual(here);
});

test('a file of an earlier commit predicts the same', async () => {
  const loaded = await io.loadModel(join(__dirname, 'previous', 'tabular.model'));
  const { label, probabilities } = loaded.predict({ a: 2, b: 'x' });
  expect([label, probabilities?.['yes']]).toEqual(['yes', expect.closeTo(0.5095770267, 5)]);
});

test('a custom transform is passed when the file is loaded', async () => {
  const scale = (): data.transforms.Normalize | data.ColumnTransform => {
    let by = tensor(1);
    return {
      fit: () => (by = tensor(1000)),
      transform: (column) =>
        tensor(Array.from(column.values as Float64Array))
          .div(by)
          .unsqueeze(1),
      stateDict: () => ({ by }),
      loadStateDict: (state: { by: Tensor }) => (by = state.by),
    } satisfies data.ColumnTransform;
  };
  const transforms = new data.ColumnTransformer({ mass: scale() as data.ColumnTransform }).fit(
    table,
  );
  const model = new nn.TabularMLP(transforms, { out: 1 });
  await io.saveModel(file, { model, transforms });
  const loaded = await io.loadModel(file, { custom: { mass: scale() as data.ColumnTransform } });
  expect(loaded.predict(rows[0]).value).toBeCloseTo(model.forward(tensor([[3.7]])).item(), 5); // prettier-ignore
  await expect(io.loadModel(file)).rejects.toThrow(
    "custom: { 'mass': ... } with your own transform",
  );
});

test('every damaged byte and every length is found', async () => {
  await io.saveModel(file, { model: new nn.TabularMLP([null], { out: 1, hidden: [2] }), transforms: new data.StandardScaler().fit([1, 2]) }); // prettier-ignore
  const bytes = readFileSync(file);
  const damaged = join(folder, 'damaged.bg');
  const random = new Generator(1);
  const positions = new Set([0, 8, 40, 60, 98, 99, 100, bytes.length - 1]);
  for (let i = 0; i < 120; i++) positions.add(Math.floor(rand(1, { generator: random, dtype: "float64" }).item() * bytes.length)); // prettier-ignore
  for (const position of positions) {
    const copy = Buffer.from(bytes);
    copy[position] ^= 1 << (position % 8);
    writeFileSync(damaged, copy);
    await expect(io.loadModel(damaged)).rejects.toThrow(/^loadModel: .*damaged.bg/);
  }
  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    writeFileSync(damaged, bytes.subarray(0, length));
    await expect(io.loadModel(damaged)).rejects.toThrow(/^loadModel: .*damaged.bg/);
  }
  writeFileSync(damaged, Buffer.concat([bytes, Buffer.alloc(1)]));
  await expect(io.loadModel(damaged)).rejects.toThrow(RangeError);
  await io.saveSafetensors(damaged, { a: tensor([1]) });
  await expect(io.loadModel(damaged)).rejects.toThrow('it is not a file of io.saveModel');
});

const unfitted = new data.ColumnTransformer({ mass: new data.StandardScaler() });
const encoder = new data.OneHotEncoder().fit(['a', 'b']);
const three = new data.LabelEncoder().fit(['a', 'b', 'c']);
const good = (): io.ModelParts => ({ model: tabular(), transforms: inputs });
test.each<[string, unknown, new () => Error, string]>([
  ['no parts', undefined, TypeError, 'an object of model and transforms for parts, got undefined'],
  ['no model', { transforms: inputs }, TypeError, 'a module for model, got undefined'],
  ['no transforms', { model: tabular() }, TypeError, 'for transforms, got undefined'],
  ['an unknown part', { ...good(), labels }, RangeError, 'one of model, transforms, target'],
  [
    'unfitted transforms',
    { ...good(), transforms: unfitted },
    RangeError,
    'a ColumnTransformer that is not fitted',
  ],
  [
    'transforms of another width',
    { ...good(), transforms: encoder.clone().fit(['a', 'b', 'c']) },
    RangeError,
    'makes 2 columns for transforms, got one that makes 3',
  ],
  [
    'a target that has no numbers',
    { ...good(), target: encoder },
    RangeError,
    'got a OneHotEncoder',
  ],
  ['a target of other classes', { ...good(), target: three }, RangeError, 'got one of 3 classes'],
  [
    'a config with a function',
    { ...good(), config: { f: () => 1 } },
    TypeError,
    'for parts.config.f, got a function',
  ],
  ['build that is none', { ...good(), build: 1 }, TypeError, 'a function for build, got 1'],
  [
    'build of another model',
    { ...good(), build: () => new nn.Linear(1, 1) },
    RangeError,
    'makes a model of another state',
  ],
])('saveModel: %s: an error, and no file', async (_, parts, kind, text) => {
  // prettier-ignore
  const path = join(folder, 'none.bg');
  const saved = io.saveModel(path, parts as io.ModelParts);
  await expect(saved).rejects.toThrow(kind);
  await expect(saved).rejects.toThrow(text);
  expect(readdirSync(folder)).not.toContain('none.bg');
});

test('predict refuses other inputs, and NaN', async () => {
  await io.saveModel(file, { model: tabular(), transforms: inputs, target: labels });
  const model = await io.loadModel(file);
  const predict = model.predict.bind(model) as (rows: unknown) => unknown;
  expect(() => predict(1)).toThrow('LoadedModel.predict: expected a plain object, an array');
  expect(() => predict([rows[0], 1])).toThrow('expected a plain object for rows[1], got 1');
  expect(() => predict({ species: 'Adelie' })).toThrow(/LoadedModel.predict: .*mass/);
  expect(() => predict({ species: 'Adelie', mass: 'heavy' })).toThrow(
    /LoadedModel.predict: .*mass/,
  );
  expect(() => predict({ species: 'Adelie', mass: null })).toThrow('returns NaN for row 0');
  await io.saveModel(file, { model: new nn.Linear(2, 3), transforms: inputs, target: labels });
  const wide = await io.loadModel(file, { build: () => new nn.Linear(2, 3) });
  expect(() => wide.predict(rows[0])).toThrow(
    'expected 2 outputs, one for each class, for the model, got 3',
  );
});
