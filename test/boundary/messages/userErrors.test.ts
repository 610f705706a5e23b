/** Errors of users' functions and getters keep their messages, also when these look like those of the library. */
import {
  compile,
  F,
  nn,
  noGrad,
  ones,
  optim,
  type Slice,
  tensor,
  type Tensor,
  zeros,
} from 'blasgrad';
import { thrownBy } from '../nativeCalls';

const kinds = { Error, TypeError, RangeError };
const leaf = (): Tensor => tensor([1, 2, 3], { requiresGrad: true });
const linear = (): nn.Linear => new nn.Linear(3, 2);

type Thrower = () => never;
const getter = (key: string, boom: Thrower): object => Object.defineProperty({}, key, { get: boom, enumerable: true }); // prettier-ignore
const list = (boom: Thrower): number[] => new Proxy([3], { get: boom });

const calls: Readonly<Record<string, (boom: Thrower) => unknown>> = {
  'a hook of a leaf': (boom) => {
    const x = leaf();
    x.registerHook(boom);
    x.sum().backward();
  },
  'a hook of a result': (boom) => {
    const x = leaf().mul(2);
    x.registerHook(boom);
    x.sum().backward();
  },
  'a hook of a submodule': (boom) => {
    const layer = linear();
    layer.registerForwardHook(boom);
    return new nn.Sequential(layer).forward(zeros(1, 3));
  },
  distanceFunction: (boom) =>
    F.tripletMarginWithDistanceLoss(ones(2), ones(2), ones(2), { distanceFunction: boom }),
  'distanceFunction of a module': (boom) =>
    new nn.TripletMarginWithDistanceLoss({ distanceFunction: boom }).forward(...[1, 1, 1].map((n) => ones(n)) as [Tensor, Tensor, Tensor]), // prettier-ignore
  'a compiled function': (boom) => compile(boom)(),
  'a hook in a compiled function': (boom) =>
    compile((x: Tensor) => {
      const y = leaf().mul(x);
      y.registerHook(boom);
      y.sum().backward();
      return y;
    })(ones(3)),
  noGrad: (boom) => noGrad(boom),
  'Module.apply': (boom) => linear().apply(boom),
  'a closure': (boom) => new optim.SGD([leaf()], { lr: 1 }).step(boom),
  'an option of sum': (boom) => leaf().sum(0, getter('keepdim', boom)),
  'an option of clamp': (boom) => leaf().clamp(getter('min', boom)),
  'an option of add': (boom) => leaf().add(1, getter('alpha', boom)),
  'an option of to': (boom) => leaf().to('float64', getter('copy', boom)),
  'an option of gelu': (boom) => F.gelu(leaf(), getter('approximate', boom)),
  'an option of xavierUniform_': (boom) =>
    nn.init.xavierUniform_(zeros(2, 2), getter('gain', boom)),
  'a bound of index': (boom) => leaf().index(getter('start', boom) as Slice),
  'sizes of reshape': (boom) => leaf().reshape(list(boom)),
  'sizes of split': (boom) => leaf().split(list(boom)),
  'numbers of tensor': (boom) => tensor(list(boom)),
};

describe.each(Object.entries(kinds))('%s', (_kind, Kind) => {
  test.each(Object.entries(calls))('of %s', (_name, call) => {
    const error = new Kind('foo: bar');
    const boom = (): never => {
      throw error;
    };
    expect(thrownBy(() => void call(boom))).toBe(error);
    expect(error.message).toBe('foo: bar');
  });
});
