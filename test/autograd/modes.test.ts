/** noGrad and enableGrad. */
import { enableGrad, isGradEnabled, noGrad, tensor, type Tensor } from 'blasgrad';

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

test('noGrad records nothing and returns what its function does', () => {
  const x = leaf([1]);
  const y = noGrad(() => x.mul(2));
  expect([y.requiresGrad, y.gradFn, y.isLeaf]).toEqual([false, null, true]);
  expect(noGrad(() => 'done')).toBe('done');
  expect(x.mul(2).requiresGrad).toBe(true);
});

test('enableGrad records inside noGrad', () => {
  const x = leaf([1]);
  noGrad(() => {
    expect(enableGrad(() => x.mul(2)).requiresGrad).toBe(true);
    expect(x.mul(2).requiresGrad).toBe(false);
    noGrad(() => expect(isGradEnabled()).toBe(false));
    expect(isGradEnabled()).toBe(false);
  });
  expect(isGradEnabled()).toBe(true);
});

test('the mode is restored after an exception', () => {
  const fail = (): never => {
    throw new Error('inside');
  };
  expect(() => noGrad(fail)).toThrow('inside');
  expect(isGradEnabled()).toBe(true);
  noGrad(() => {
    expect(() => enableGrad(fail)).toThrow('inside');
    expect(isGradEnabled()).toBe(false);
  });
  expect(isGradEnabled()).toBe(true);
});

test('the mode is restored after an exception in backward', () => {
  const x = leaf([1]);
  const y = x.mul(2);
  y.registerHook(() => {
    throw new Error('inside');
  });
  expect(() => y.backward()).toThrow('inside');
  expect(isGradEnabled()).toBe(true);
});

test('backward works inside noGrad', () => {
  const x = leaf([1, 2]);
  const y = x.mul(x).sum();
  noGrad(() => y.backward());
  expect(x.grad?.toArray()).toEqual([2, 4]);
});

test('leaves may be changed inside noGrad: a step of an optimizer', () => {
  const x = leaf([1, 2]);
  x.mul(x).sum().backward();
  noGrad(() => x.sub_((x.grad as Tensor).mul(0.5)));
  expect(x.toArray()).toEqual([0, 0]);
  expect([x.isLeaf, x.requiresGrad]).toEqual([true, true]);
});

test('a tensor made inside noGrad may require grad', () => {
  const x = noGrad(() => leaf([1]));
  expect(x.requiresGrad).toBe(true);
  x.mul(3).backward();
  expect(x.grad?.item()).toBe(3);
});

test.each([
  ['noGrad', noGrad],
  ['enableGrad', enableGrad],
])('%s refuses what is no synchronous function', (name, mode) => {
  expect(() => mode(3 as unknown as () => void)).toThrow(
    new TypeError(`${name}: expected a function for fn, got 3`),
  );
  expect(() => mode(async () => 1)).toThrow(
    new TypeError(
      `${name}: expected a synchronous function for fn, got one that returns a promise`,
    ),
  );
  expect(isGradEnabled()).toBe(true);
});

test('detach leaves the graph and keeps the memory', () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  const constant = y.detach();
  expect([constant.requiresGrad, constant.isLeaf]).toEqual([false, true]);
  constant.mul(y).sum().backward();
  expect(x.grad?.toArray()).toEqual([4, 8]);
  constant.fill_(9);
  expect(y.toArray()).toEqual([9, 9]);
});

test('requiresGrad can be switched on leaves only', () => {
  const x = tensor([1, 2]);
  x.requiresGrad = true;
  expect(x.mul(2).requiresGrad).toBe(true);
  x.requiresGrad_(false);
  expect(x.mul(2).requiresGrad).toBe(false);
  const y = x.requiresGrad_().mul(2);
  expect(() => y.requiresGrad_(false)).toThrow(
    'requiresGrad_: expected a leaf tensor, got the result of an op; use detach()',
  );
  expect(() => tensor([1], { dtype: 'int32' }).requiresGrad_()).toThrow(RangeError);
  expect(() => x.requiresGrad_(1 as unknown as boolean)).toThrow(TypeError);
});
