/**
 * Memory that another thread changes between the check of a call and its use: a changed index or layout reads and
 * writes only its own array. Operands are parts of larger arrays, so that access outside is visible instead of a
 * crash. Each case repeats until the change came between check and use.
 */
import { Worker } from 'node:worker_threads';
import { times } from '../support/full';
import { native, thrownBy } from './nativeCalls';

const [right, wrong, n] = [1, 100, 8]; // an index, one beyond the n that there are, and beyond the operand
const beyond = 4000; // elements behind an operand
const many = 1 << 17; // indices: the last one is used tens of microseconds after it was checked

/** What is known after a call: nothing came between, or it did and the index counted as the last one, or led outside. */
type Outcome = 'calm' | 'changed' | 'led outside';
interface Case {
  readonly run: (index: Int32Array) => unknown;
  readonly outcome: () => Outcome;
}

const outcome = (outside: boolean, changed: boolean): Outcome =>
  outside ? 'led outside' : changed ? 'changed' : 'calm';

/** An operand of so many elements, the last `inner` of them 5, before others that are 7. */
function operand(
  length: number,
  inner: number,
  value = 0,
): [whole: Float32Array, own: Float32Array] {
  const whole = new Float32Array(length + beyond).fill(7);
  const own = whole.subarray(0, length).fill(value);
  own.fill(5, length - inner);
  return [whole, own];
}

function reading(op: string, inner: number, perElement: boolean): Case {
  const m = perElement ? many / inner : many;
  const [, x] = operand(n * inner, inner);
  const out = new Float32Array(m * inner);
  return {
    run: (index) => native(op)(x, index, out, 1, n, m, inner),
    outcome: () => outcome(out.at(-1) === 7, out.at(-1) === 5),
  };
}

function writing(op: string, inner: number, perElement: boolean): Case {
  const m = perElement ? many / inner : many;
  const [whole, out] = operand(n * inner, inner);
  const source = new Float32Array(m * inner).fill(1);
  return {
    run: (index) => {
      out.fill(5);
      native(op)(out, index, source, 1, n, m, inner);
    },
    outcome: () =>
      outcome(
        whole.subarray(out.length).some((v) => v !== 7),
        out.at(-1) !== 5,
      ),
  };
}

function loss(weighted: boolean): Case {
  const [, logs] = operand(many * n, 0, -1);
  const [, weight] = operand(n, 0, 1);
  const [out, total] = [new Float32Array(many), new Float64Array(1)];
  const weights = weighted ? weight : null;
  return {
    run: (index) => native('nllLoss')(logs, index, weights, out, total, many, n, 1, -100, 0),
    outcome: () => outcome(![0, 1].includes(out[many - 1]), out[many - 1] === 0),
  };
}

function lossBackward(): Case {
  const [whole, dx] = operand(many * n, 0);
  const [dy, total] = [new Float32Array(many).fill(1), Float64Array.of(1)];
  return {
    run: (index) => native('nllLossBackward')(dy, index, null, total, dx, many, n, 1, -100, 0),
    outcome: () =>
      outcome(
        whole.subarray(dx.length).some((v) => v !== 7),
        dx.subarray(-n).every((v) => v === 0),
      ),
  };
}

function oneHot(): Case {
  const whole = new Int32Array(many * n + beyond).fill(7);
  const out = whole.subarray(0, many * n);
  return {
    run: (index) => native('oneHot', 'int32')(index, out, many, n),
    outcome: () =>
      outcome(
        whole.subarray(out.length).some((v) => v !== 7),
        out.at(-1) === 1,
      ),
  };
}

const cases: [what: string, make: () => Case][] = [
  ['gather', () => reading('gather', 1, true)],
  ['gather of rows', () => reading('gather', 4, true)],
  ['indexSelect', () => reading('indexSelect', 1, false)],
  ['indexSelect of short rows', () => reading('indexSelect', 4, false)],
  ['indexSelect of rows', () => reading('indexSelect', 16, false)],
  ...['scatter', 'scatterAdd'].flatMap((op): [string, () => Case][] => [
    [op, () => writing(op, 1, true)],
    [`${op} of rows`, () => writing(op, 4, true)],
  ]),
  ...['indexCopy', 'indexAdd'].flatMap((op): [string, () => Case][] => [
    [op, () => writing(op, 1, false)],
    [`${op} of rows`, () => writing(op, 4, false)],
  ]),
  ['nllLoss', () => loss(false)],
  ['nllLoss with weights', () => loss(true)],
  ['nllLossBackward', lossBackward],
  ['oneHot', oneHot],
];

/** Runs `body` beside a thread that gives one place of `array` one value and the other, for `longest` turns at most. */
async function whileChanging(
  array: Int32Array | Float64Array,
  place: number,
  values: readonly number[],
  longest: number,
  body: () => void,
): Promise<void> {
  const worker = new Worker(
    `const { parentPort, workerData: { array, place, values, longest } } = require('node:worker_threads');
    parentPort.postMessage('');
    for (let turn = 0, random = 1; ; turn++) {
      array[place] = values[turn % 2];
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      for (let left = random % longest; left > 0; left--) array[place];
    }`,
    { eval: true, workerData: { array, place, values, longest } },
  );
  await new Promise((resolve) => worker.once('message', resolve));
  try {
    body();
  } finally {
    await worker.terminate();
  }
}

test.each(cases)('an index that changes after it was checked: %s', async (_what, make) => {
  const index = new Int32Array(new SharedArrayBuffer(4 * many)).fill(right);
  const { run, outcome } = make();
  const enough = times(3, 1, 'changes');
  const seen: Record<Outcome, number> = { calm: 0, changed: 0, 'led outside': 0 };
  await whileChanging(index, many - 1, [right, wrong], 200_000, () => {
    for (
      let calls = 0;
      calls < 50_000 && seen.changed < enough && seen['led outside'] === 0;
      calls++
    ) {
      const error = thrownBy(() => void run(index));
      if (error === null) seen[outcome()]++;
      else expect(error.message).toMatch(/: expected .+ for (index|target), got 100/);
    }
  });
  expect(seen).toMatchObject({ changed: enough, 'led outside': 0 });
});

test('a layout that changes while it is read', async () => {
  const [whole, out] = operand(2, 0);
  const [x, condition] = [new Float32Array(64), new Uint8Array(64)];
  const dimensions = 16;
  const layout = new Float64Array(new SharedArrayBuffer(8 * dimensions * 5)).fill(1);
  layout.fill(0, dimensions);
  layout[0] = 2; // of the first dimension, along which all operands have stride 1
  for (const k of [1, 2, 3, 4]) layout[dimensions * k] = 1;
  let refused = 0;
  await whileChanging(layout, 0, [2, 64], 50, () => {
    for (let calls = 0; calls < 1_000_000 && refused < 10_000 && whole[2] === 7; calls++) {
      const error = thrownBy(() => native('where')(condition, x, x, out, layout));
      if (error === null) continue;
      refused++;
      expect(error.message).toMatch(/^where: expected at least 64 elements for out, got/);
    }
  });
  expect(refused).toBeGreaterThan(0);
  expect(whole.subarray(2).every((v) => v === 7)).toBe(true);
});
