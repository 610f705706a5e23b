/** The native functions of captures called with wrong arguments: no crash. */
import type { ElementArray } from '../../binding';
import { addon, thrownBy } from './nativeCalls';
import {
  add,
  detached,
  native,
  notArrays,
  notLists,
  requireRefused,
  shared,
  throwing,
} from './nativePrograms';

afterEach(() => addon.abortCapture());

describe('captures', () => {
  test('what needs an open one', () => {
    requireRefused(() => addon.addTemporary(shared(4)), /^addTemporary: no capture is open/);
    requireRefused(() => addon.endCapture([], [], [], [], []), /^compile: no capture is open/);
    native['abortCapture'](1, 2);
    addon.beginCapture();
    requireRefused(() => addon.beginCapture(), /^beginCapture: a capture is open already/);
    addon.abortCapture();
    addon.beginCapture();
  });

  test('temporaries', () => {
    addon.beginCapture();
    for (const one of notArrays)
      requireRefused(() => native['addTemporary'](one), /^addTemporary: /);
    requireRefused(
      () => addon.addTemporary(new Float32Array(4)),
      /expected shared memory for memory/,
    );
    requireRefused(() => addon.addTemporary(detached()), /expected shared memory for memory/);
    addon.addTemporary(shared(0));
    const twice = shared(4);
    for (let i = 0; i < 3; i++) addon.addTemporary(twice);
    add(twice, twice, twice, 4);
    const out = new Float32Array(4);
    addon.endCapture([], [twice], [], [], []).run(out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });

  test('callers', () => {
    requireRefused(() => addon.nameCaller('f'), /^nameCaller: no capture is open/);
    addon.beginCapture();
    for (const one of notArrays.filter((value) => value !== null && typeof value !== 'string'))
      requireRefused(
        () => native['nameCaller'](one),
        /^nameCaller: expected a string or null for op/,
      );
    native['nameCaller']('f', {}, 7); // what is no text counts as none
    native['nameCaller'](null, 'x');
  });

  test.each([0, 1, 2, 3, 4])('lists: argument %d of endCapture', (place) => {
    const [input, out] = [shared(4), shared(4)];
    const lists = (): unknown[] => [[input], [out], [], [], []];
    const bad: unknown[] = [...notLists, ...notArrays.map((one) => [one]), throwing];
    for (const one of bad) {
      addon.beginCapture();
      [input, out].forEach((memory) => addon.addTemporary(memory));
      add(input, input, out, 4);
      const error = thrownBy(() => void native['endCapture'](...lists().with(place, one)));
      expect(String(error)).toMatch(
        /^(Type|Range)?Error: (compile: expected .+, got .+|.*looked at)/s,
      );
      requireRefused(() => native['endCapture'](...lists()), /no capture is open/);
    }
  });

  test('lists whose elements do things when they are looked at', () => {
    const memory = [shared(4), shared(4), shared(4)];
    const [input, out, other] = memory;
    const tricks: (() => void)[] = [
      () => outputs.push(other, other, other),
      () => (outputs.length = 0),
      () => addon.abortCapture(),
      () => addon.beginCapture(),
      () => addon.endCapture([], [], [], [], []),
      () => add(input, input, out, 4),
      () => void structuredClone(plain.buffer, { transfer: [plain.buffer] }),
    ];
    let outputs: ElementArray[] = [];
    let plain = new Float32Array(4);
    for (const trick of tricks) {
      plain = new Float32Array(4);
      outputs = [out, plain];
      addon.beginCapture();
      memory.forEach((one) => addon.addTemporary(one));
      add(input, plain, out, 4);
      let looked = 0;
      Object.defineProperty(outputs, 0, {
        get: () => {
          if (looked++ === 0) thrownBy(trick);
          return looked > 1 ? other : out;
        },
      });
      const error = thrownBy(() => {
        const made = addon.endCapture([input], outputs, [], [], []);
        thrownBy(() => made.run(shared(4), shared(4), shared(4)));
      });
      if (error !== null) expect(error.message).toMatch(/^compile: /);
      addon.abortCapture();
    }
  });

  test('memory that does not fit its temporary', () => {
    const buffer = new SharedArrayBuffer(64);
    const [small, large] = [new Float32Array(buffer, 0, 4), new Float32Array(buffer)];
    const out = shared(16);
    addon.beginCapture();
    [small, out].forEach((one) => addon.addTemporary(one));
    requireRefused(
      () => add(large, large, out, 16),
      /^add: the memory of a extends beyond the end of a temporary/,
    );
    requireRefused(() => add(small, small, large, 16), /^add: expected/);
    add(small, small, out.subarray(0, 4), 4);
    const end = (
      inputs: ElementArray[],
      outputs: ElementArray[],
      gradients: ElementArray[],
      storages: ElementArray[],
    ) => {
      return () => addon.endCapture(inputs, outputs, gradients, storages, []);
    };
    const all: [() => unknown, RegExp][] = [
      [end([large], [], [], []), /expected memory inside a temporary for inputs/],
      [end([small.subarray(1)], [], [], []), /expected memory made for the capture for inputs/],
      [end([small.subarray(0, 2)], [], [], []), /expected memory made for the capture for inputs/],
      [end([shared(4)], [], [], []), /expected memory made for the capture for inputs/],
      [end([out], [], [], []), /add changes an input of fn in place/],
      [end([], [large], [], []), /expected memory inside a temporary for outputs/],
      [end([], [], [out], []), /expected 1 for storages, got 0/],
      [end([], [], [], [out]), /expected 0 for storages, got 1/],
      [
        end([], [], [out], [shared(15)]),
        /expected memory of the size of the gradient for storages/,
      ],
      [end([], [], [out], [new Float32Array(16)]), /expected shared memory for storages/],
      [end([], [], [out.subarray(1)], [shared(15)]), /expected memory of the size of the gradient/],
      [end([], [], [shared(4)], [shared(4)]), /expected memory of the size of the gradient/],
    ];
    for (const [call, message] of all) {
      requireRefused(call, message);
      addon.beginCapture();
      [small, out].forEach((one) => addon.addTemporary(one));
      add(small, small, out.subarray(0, 4), 4);
    }
  });
});
