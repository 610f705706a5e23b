/** The bases of image transforms: their options, their state, and random choices for each image of a batch. */
import { capture } from '../../core/capture';
import { requireMethodArity, shapeText, unexpected } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { zeros } from '../../creation/filled';
import { Module } from '../../nn';
import { pythonBoolean } from '../../nn/module/describe';
import { stack } from '../../ops/shape/join';
import { requireImages } from './arguments';
import { uniformNumbers } from './random';

/** Arguments of a transform by name, with their defaults, as JSON. */
export type TransformOptions = Readonly<Record<string, unknown>>;

/** The state of an image transform: JSON that `data.transforms.loadTransform` reads. */
export interface TransformState {
  /** The name of the class. */
  readonly transform: string;
  /** All arguments, with their defaults. */
  readonly options: TransformOptions;
  /** The states of the transforms of a Compose. */
  readonly transforms?: readonly TransformState[];
}

/**
 * The base of image transforms: modules without parameters that take uint8 or floating images (..., C, H, W).
 *
 * @see torchvision.transforms.v2.Transform
 * @example new data.transforms.CenterCrop(2) instanceof nn.Module // true
 */
export abstract class Transform extends Module {
  readonly #name: string;
  readonly #options: TransformOptions;

  /**
   * @param name the name of the class in states and messages
   * @param options all arguments, with their defaults
   */
  protected constructor(name: string, options: TransformOptions) {
    super();
    this.#name = name;
    this.#options = options;
  }

  /** @internal The name of the class in states and messages. */
  get _transform(): string {
    return this.#name;
  }

  /** @internal The arguments by name. */
  get _options(): TransformOptions {
    return this.#options;
  }

  /** @internal Whether two calls may differ. */
  get _isRandom(): boolean {
    return false;
  }

  /**
   * Transforms one image, or the images of a batch.
   *
   * @param input uint8 or floating images (..., C, H, W)
   * @returns the transformed images, in the dtype of `input`
   * @throws RangeError if the shape does not suit the transform; TypeError for other dtypes
   */
  abstract override forward(input: Tensor): Tensor;

  /**
   * Returns the class and its arguments as JSON, from which `data.transforms.loadTransform` builds the transform again.
   *
   * @returns plain objects, arrays, numbers and strings
   */
  state(): TransformState {
    requireMethodArity(this, 'state', arguments.length, 0);
    return { transform: this.#name, options: structuredClone(this.#options) };
  }

  override extraRepr(): string {
    return Object.entries(this.#options)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${pythonName(name)}=${pythonText(value)}`)
      .join(', ');
  }
}

/**
 * The base of random transforms: each image of a batch gets its own parameters.
 *
 * The random numbers of image i are row i of one tensor, so that they do not depend on what the transform does with them.
 */
export abstract class RandomTransform<Parameters> extends Transform {
  /** @internal Random numbers for each image. */
  protected abstract readonly _numbers: number;

  override get _isRandom(): boolean {
    return true;
  }

  /** @internal The parameters for an image (C, H, W), from numbers in [0, 1); null leaves the image unchanged. */
  abstract _choose(numbers: Float64Array, shape: readonly number[]): Parameters | null;

  /** @internal Transforms one image (C, H, W). */
  abstract _apply(image: Tensor, parameters: Parameters): Tensor;

  /** @internal The images (N, C, H, W) with the parameters of each. */
  _applyEach(images: Tensor, parameters: readonly (Parameters | null)[]): Tensor {
    const results = parameters.map((one, i) => {
      const image = images.select(0, i);
      return one === null ? image : this._apply(image, one);
    });
    const [{ shape }] = results;
    const other = results.find((result) => shapeText(result.shape) !== shapeText(shape));
    if (other === undefined) return stack(results);
    throw new RangeError(
      `${this._transform}: the images of the batch get different sizes, ${shapeText(shape)} and ` +
        `${shapeText(other.shape)}; transform them one by one`,
    );
  }

  override forward(input: Tensor): Tensor {
    const name = this._transform;
    requireMethodArity(this, 'forward', arguments.length, 1);
    requireImages(name, input);
    refuseRandomInCapture(name);
    const { shape } = input;
    const image = shape.slice(-3);
    if (shape.length === 3) {
      const parameters = this._choose(uniformNumbers(this._numbers), image);
      return parameters === null ? input : this._apply(input, parameters);
    }
    const leading = shape.slice(0, -3);
    const count = leading.reduce((product, size) => product * size, 1);
    if (count === 0) {
      const example = this._chosen(
        new Float64Array(this._numbers),
        zeros(...image, { dtype: input.dtype }),
      );
      return zeros(...leading, ...example.shape, { dtype: input.dtype });
    }
    const numbers = uniformNumbers(count * this._numbers);
    const parameters = Array.from({ length: count }, (_, i) =>
      this._choose(numbers.subarray(i * this._numbers, (i + 1) * this._numbers), image),
    );
    if (parameters.every((one) => one === null)) return input;
    const results = this._applyEach(input.reshape(count, ...image), parameters);
    return leading.length === 1 ? results : results.reshape(...leading, ...results.shape.slice(1));
  }

  private _chosen(numbers: Float64Array, image: Tensor): Tensor {
    const parameters = this._choose(numbers, image.shape);
    return parameters === null ? image : this._apply(image, parameters);
  }
}

/** Random choices are made in JavaScript: a replay of a compiled function would repeat those of the capture. */
export function refuseRandomInCapture(name: string): void {
  if (capture === null) return;
  throw new Error(
    `${name}: cannot choose at random in a compiled function, because a replay would repeat the choice; ` +
      'transform the images before you call it',
  );
}

/** The error for images of a shape that a transform does not take. */
export function wrongImages(name: string, what: string, shape: readonly number[]): RangeError {
  return unexpected(name, what, 'input', shapeText(shape));
}

const pythonName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function pythonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  return typeof value === 'boolean' ? pythonBoolean(value) : String(value);
}
