import { requireArity, requireList, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { requireTensor } from '../../core/tensor';
import { Module, type AnyModule } from '../../nn';
import { registerBuilder } from './registry';
import { Transform, type TransformState } from './transform';

/** A step of a Compose: a transform, another module, or a function. */
export type ComposeStep = AnyModule | ((input: Tensor) => Tensor);

/**
 * Transforms one after the other.
 *
 * @see torchvision.transforms.v2.Compose
 * @example
 * const { Compose, RandomCrop, RandomHorizontalFlip } = data.transforms;
 * const augment = new Compose([new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip()]);
 * augment.forward(zeros(8, 3, 32, 32)).shape // [ 8, 3, 32, 32 ]
 */
export class Compose extends Transform {
  /** The steps, in order. */
  readonly transforms: readonly ComposeStep[];

  static {
    registerBuilder('Compose', (_, parts) => new Compose(parts));
  }

  /**
   * @param transforms transforms, other modules, or functions from a tensor to a tensor
   * @throws TypeError for anything else
   */
  constructor(transforms: readonly ComposeStep[]) {
    requireArity('Compose', arguments.length, 1);
    const what = 'an array of transforms';
    const list = requireList('Compose', what, 'transforms', transforms);
    list.forEach((one, i) => {
      if (one instanceof Module || typeof one === 'function') return;
      throw wrongType('Compose', 'a transform or a function', `transforms[${i}]`, one);
    });
    super('Compose', {});
    this.transforms = list as ComposeStep[];
  }

  /** @internal Whether two calls may differ. */
  override get _isRandom(): boolean {
    return this.transforms.some((one) => one instanceof Transform && one._isRandom);
  }

  override forward(input: Tensor): Tensor {
    requireArity('Compose', arguments.length, 1);
    return this.transforms.reduce<Tensor>(
      (x, one, i) => {
        const result: unknown = one instanceof Module ? one.forward(x) : one(x);
        return requireTensor('Compose', `the result of transforms[${i}]`, result);
      },
      requireTensor('Compose', 'input', input),
    );
  }

  override state(): TransformState {
    requireArity('Compose.state', arguments.length, 0);
    const transforms = this.transforms.map((one, i) => {
      if (one instanceof Transform) return one.state();
      const what = 'a transform of data.transforms, because code cannot be saved,';
      throw wrongType('Compose.state', what, `transforms[${i}]`, one);
    });
    return { transform: 'Compose', options: {}, transforms };
  }
}
