/** The classes of image transforms by name, and building them from their states. */
import { describe, requireArity, requireList, unexpected, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import type { Transform, TransformOptions, TransformState } from './transform';

type TransformClass = new (...args: never[]) => Transform;

/** Builds a transform from its options, and from those inside it. */
type Builder = (options: TransformOptions, parts: readonly Transform[]) => Transform;

const builders = new Map<string, Builder>();

/** Makes a class known to `loadTransform`; called by the class itself. Other arguments are in one options object. */
export function register(name: string, positional: readonly string[], type: TransformClass): void {
  registerBuilder(name, (options) => {
    const first = positional.map((key) => options[key]);
    const rest = Object.entries(options).filter(([key]) => !positional.includes(key));
    const args = rest.length > 0 ? [...first, Object.fromEntries(rest)] : first;
    return new type(...(args as never[]));
  });
}

/** The same for a transform that contains others. */
export function registerBuilder(name: string, builder: Builder): void {
  builders.set(name, builder);
}

const op = 'loadTransform';

/**
 * Builds the image transform of a state again.
 *
 * @param state a result of `state()`, also after JSON
 * @returns the transform
 * @throws TypeError, RangeError if the state is not valid
 * @example
 * const { state } = { state: new data.transforms.CenterCrop(28).state() };
 * data.transforms.loadTransform(JSON.parse(JSON.stringify(state))).forward(zeros(1, 32, 32)).shape // [ 1, 28, 28 ]
 */
export function loadTransform(state: TransformState): Transform {
  requireArity(op, arguments.length, 1);
  return build('state', state);
}

function build(place: string, state: unknown): Transform {
  if (!isPlainObject(state)) throw wrongType(op, 'an object', place, state);
  const { transform, options, transforms } = state;
  if (typeof transform !== 'string') {
    throw wrongType(op, 'the name of a transform', `${place}.transform`, transform);
  }
  const builder = builders.get(transform);
  if (builder === undefined) {
    const known = [...builders.keys()].join(', ');
    throw unexpected(op, `one of ${known}`, `${place}.transform`, describe(transform));
  }
  if (!isPlainObject(options)) throw wrongType(op, 'an object', `${place}.options`, options);
  const parts = transforms === undefined ? [] : requireList(op, 'an array', `${place}.transforms`, transforms); // prettier-ignore
  return builder(
    options,
    parts.map((part, i) => build(`${place}.transforms[${i}]`, part)),
  );
}

/** Whether a value has the form of the state of an image transform. */
export function isTransformState(value: unknown): boolean {
  return isPlainObject(value) && typeof value['transform'] === 'string';
}
