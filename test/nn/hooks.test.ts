/** Hooks before and after forward. */
import { nn, ones, tensor, type Tensor } from 'blasgrad';

const model = (): nn.Sequential => new nn.Sequential(new nn.Identity(), new nn.ReLU());

test('run in order around forward and call, with module, inputs and output', () => {
  const layer = new nn.Identity();
  const order: unknown[] = [];
  layer.registerForwardPreHook((module, inputs) => {
    order.push(['before', module === layer, inputs.length]);
  });
  layer.registerForwardHook((module, [input], output) => {
    order.push(['after', module === layer, input === output]);
  });
  layer.registerForwardHook(() => {
    order.push('last');
  });
  const expected = [['before', true, 1], ['after', true, true], 'last'];
  layer.forward(ones([1]));
  expect(order.splice(0)).toEqual(expected);
  layer.call(ones([1]));
  expect(order.splice(0)).toEqual(expected);
  new nn.Sequential(layer).forward(ones([1]));
  expect(order).toEqual(expected);
});

test('what they return takes the place of inputs and output', () => {
  const layer = new nn.Identity();
  layer.registerForwardPreHook((_module, [input]) => input.mul(2));
  layer.registerForwardPreHook((_module, [input]): [Tensor] => [input.add(1)]);
  layer.registerForwardHook((_module, _inputs, output) => output.mul(10));
  expect(layer.forward(tensor([1, 2])).toArray()).toEqual([30, 50]);
});

test('remove takes one hook away, and the last one restores forward', () => {
  const net = model();
  const seen: string[] = [];
  const hooks = ['a', 'b'].map((name) =>
    net[1].registerForwardHook(() => {
      seen.push(name);
    }),
  );
  hooks[0].remove();
  hooks[0].remove();
  net.forward(ones([1]));
  expect(seen).toEqual(['b']);
  hooks[1].remove();
  net.forward(ones([1]));
  expect(seen).toEqual(['b']);
  expect(Object.keys(net[1])).not.toContain('forward');
  expect(Object.hasOwn(net[1], 'forward')).toBe(false);
});

test('a hook may remove itself while it runs', () => {
  const layer = new nn.Identity();
  const seen: number[] = [];
  const handle = layer.registerForwardHook(() => {
    handle.remove();
    seen.push(1);
  });
  layer.registerForwardHook(() => {
    seen.push(2);
  });
  layer.forward(ones([1]));
  layer.forward(ones([1]));
  expect(seen).toEqual([1, 2, 2]);
});

test('on every module of a model', () => {
  const shapes = new Map<string, unknown>();
  const net = model();
  for (const module of net.modules()) {
    module.registerForwardHook((called, _inputs, output) => {
      shapes.set(called.constructor.name, (output as Tensor).shape);
    });
  }
  net.forward(ones([2, 3]));
  expect([...shapes]).toEqual([
    ['Identity', [2, 3]],
    ['ReLU', [2, 3]],
    ['Sequential', [2, 3]],
  ]);
});

test('on a forward that is a field', () => {
  class Arrow extends nn.Module {
    override forward = (x: Tensor): Tensor => x.mul(3);
  }
  const layer = new Arrow();
  const handle = layer.registerForwardHook((_module, _inputs, output) => output.neg());
  expect(layer.forward(ones([1])).item()).toBe(-3);
  handle.remove();
  expect(layer.forward(ones([1])).item()).toBe(3);
});

test('hooks do not count as state, and do not print', () => {
  const layer = new nn.Linear(1, 1);
  const before = String(layer);
  layer.registerForwardHook(() => undefined);
  expect(String(layer)).toBe(before);
  expect(Object.keys(layer.stateDict())).toEqual(['weight', 'bias']);
});
