/** nn.TabularMLP: columns of transformers, shapes, names, and errors. */
import { compile, data, F, nn, noGrad, optim, tensor, type Tensor } from 'blasgrad';

const table = data.Table.fromRows([
  { city: 'Rome', size: 1, color: 'red', age: 10 },
  { city: 'Oslo', size: 2, color: 'green', age: 20 },
  { city: 'Rome', size: 3, color: 'blue', age: 60 },
]);
const transformer = (): data.ColumnTransformer =>
  new data.ColumnTransformer([
    [['size', 'age'], new data.StandardScaler()],
    ['city', new data.OrdinalEncoder({ handleUnknown: 'category' })],
    ['age2', new data.StandardScaler()],
    ['color', new data.OrdinalEncoder()],
  ]).fit(table.withColumn('age2', table.column('age')));

test('columns, names and sizes come from a fitted transformer', () => {
  const model = new nn.TabularMLP(transformer(), { out: 2, hidden: [5, 4], dropout: 0.5 });
  expect(model.config()).toEqual({
    columns: [null, null, 3, null, 3],
    out: 2,
    hidden: [5, 4],
    dropout: 0.5,
    batchNorm: false,
    embeddingDims: [3, 3],
  });
  const shapes = Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape]);
  expect(Object.fromEntries(shapes)).toEqual({
    'embeddings.0.weight': [3, 3],
    'embeddings.1.weight': [3, 3],
    'hidden.0.weight': [5, 9],
    'hidden.0.bias': [5],
    'hidden.1.weight': [4, 5],
    'hidden.1.bias': [4],
    'output.weight': [2, 4],
    'output.bias': [2],
  });
  const { columns, ...options } = model.config();
  const again = new nn.TabularMLP(columns, options);
  expect(again.config()).toEqual(model.config());
  const full = table.withColumn('age2', table.column('age'));
  expect(model.forward(transformer().transform(full)).shape).toEqual([3, 2]);
});

test.each<[string, nn.TabularInputs, (number | null)[]]>([
  ['counts', { numeric: 2, categories: [4, 7] }, [null, null, 4, 7]],
  ['numbers only', { numeric: 1 }, [null]],
  ['categories only', { numeric: 0, categories: [2] }, [2]],
  ['an array', [3, null], [3, null]],
  ['an encoder', new data.OrdinalEncoder({ dtype: 'int32' }).fit(['a', 'b']), [2]],
  ['a scaler', new data.StandardScaler().fit([1, 2]), [null]],
  ['a pipeline', new data.Pipeline([new data.OrdinalEncoder()]).fit(['a', 'b', 'c']), [3]],
])('inputs as %s', (_, inputs, columns) => {
  const model = new nn.TabularMLP(inputs, { out: 1, hidden: [] });
  expect(model.config().columns).toEqual(columns);
});

test('batchNorm adds a layer after each hidden layer', () => {
  const model = new nn.TabularMLP([null, null], { out: 1, hidden: [4, 3], batchNorm: true });
  expect(model.config().batchNorm).toBe(true);
  expect(Object.keys(model.stateDict())).toContain('norms.1.running_var');
  expect(
    model.forward(
      tensor([
        [1, 2],
        [3, 5],
      ]),
    ).shape,
  ).toEqual([2, 1]);
  expect(model.norms?.[0].numBatchesTracked?.item()).toBe(1);
});

test('forward is embedding, linear and ReLU layers in the order of the columns', () => {
  const model = new nn.TabularMLP([null, 3, null, null], { out: 2, hidden: [4] });
  const x = tensor([
    [1, 2, 3, 4],
    [5, 0, 6, 7],
  ]);
  const [{ weight }, [hidden], { output }] = [model.embeddings[0], model.hidden, model];
  const rows = x.toArray() as number[][];
  const expected = rows.map(([a, code, b, c]) => {
    const wide = tensor([[a, ...(weight.toArray() as number[][])[code], b, c]]);
    return (output.forward(F.relu(hidden.forward(wide))).toArray() as number[][])[0];
  });
  const actual = model.forward(x).toArray() as number[][];
  expected.flat().forEach((number, i) => {
    expect(actual.flat()[i]).toBeCloseTo(number, 5);
  });
  expect(model.forward(tensor([], { dtype: 'float32' }).reshape(0, 4)).shape).toEqual([0, 2]);
});

test('it trains, also compiled, and dropout is off in evaluation', () => {
  const model = new nn.TabularMLP([null, 2], { out: 1, hidden: [16], dropout: 0.1 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const x = tensor(Array.from({ length: 64 }, (_, i) => [(i % 8) / 4 - 1, i % 2]));
  const y = x.select(1, 1).mul(2).add(x.select(1, 0)).unsqueeze(1);
  const step = compile((input: Tensor, target: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(input), target);
    loss.backward();
    optimizer.step();
    return loss;
  });
  for (let i = 0; i < 300; i++) step(x, y);
  model.eval();
  const loss = noGrad(() => F.mseLoss(model.forward(x), y).item());
  expect(loss).toBeLessThan(0.05);
  expect(noGrad(() => F.mseLoss(model.forward(x), y).item())).toBe(loss);
});

const unfitted = new data.ColumnTransformer({ a: new data.StandardScaler() });
const marked = new data.OrdinalEncoder({ handleUnknown: 'useEncodedValue', unknownValue: -1 });
test.each<[string, () => unknown, new () => Error, string]>([
  [
    'no options',
    () => new nn.TabularMLP([1], undefined as never),
    TypeError,
    'an object with out for options',
  ],
  ['no outputs', () => new nn.TabularMLP([1], {} as never), TypeError, 'for out, got undefined'],
  [
    'a wrong option',
    () => new nn.TabularMLP([1], { out: 1, layers: 2 } as never),
    RangeError,
    'one of out, hidden',
  ],
  ['no columns', () => new nn.TabularMLP([], { out: 1 }), RangeError, 'at least one column'],
  [
    'wrong inputs',
    () => new nn.TabularMLP(3 as never, { out: 1 }),
    TypeError,
    'a fitted transformer, or',
  ],
  ['a count of 0', () => new nn.TabularMLP([0], { out: 1 }), RangeError, 'for inputs[0], got 0'],
  [
    'dropout of 2',
    () => new nn.TabularMLP([1], { out: 1, dropout: 2 }),
    RangeError,
    'for dropout, got 2',
  ],
  [
    'too few dims',
    () => new nn.TabularMLP([1], { out: 1, embeddingDims: [] }),
    RangeError,
    'expected 1 sizes',
  ],
  ['not fitted', () => new nn.TabularMLP(unfitted, { out: 1 }), Error, 'not fitted; call fit()'],
  [
    'codes below 0',
    () => new nn.TabularMLP(marked.fit(['a']), { out: 1 }),
    RangeError,
    'got the code -1',
  ],
  [
    'a wrong shape',
    () => new nn.TabularMLP([1], { out: 1 }).forward(tensor([1])),
    RangeError,
    'a shape (N, 1) for input, got [1]',
  ],
  [
    'no tensor',
    () => new nn.TabularMLP([1], { out: 1 }).forward(1 as never),
    TypeError,
    'for input',
  ],
  [
    'an unknown code',
    () => new nn.TabularMLP([1], { out: 1 }).forward(tensor([[1]])),
    RangeError,
    'embedding',
  ],
])('%s: an error', (_, call, kind, text) => {
  // prettier-ignore
  expect(call).toThrow(kind);
  expect(call).toThrow(text);
});
