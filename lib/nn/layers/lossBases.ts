/** Base classes of loss modules: the constructor takes and checks the options. */
import { requireArity, requireMethodArity, requireOptions } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { Module } from '../module/module';

/** The inputs of the forward method of most losses. */
export type LossInputs = [input: Tensor, target: Tensor];

/** A loss function: some tensors, then options. */
type LossFunction<Inputs extends Tensor[], Options> = (
  ...args: [...inputs: Inputs, options?: Options]
) => Tensor;

/** The names of the options of a loss. */
type Names<Options> = readonly (keyof Options & string)[];

/** A loss and its options. */
export abstract class Loss<
  Inputs extends Tensor[],
  Options extends { reduction?: string },
> extends Module<Inputs> {
  protected readonly options: Readonly<Options>;

  constructor(options: Options | undefined, names: Names<Options>) {
    super();
    requireOptions(new.target.name, options, names);
    this.options = Object.freeze({ ...options } as Options);
  }

  /**
   * How the losses of the elements are reduced: 'mean' (default), 'sum' or 'none'; KLDivLoss also has
   * 'batchmean'.
   */
  get reduction(): string {
    return this.options.reduction ?? 'mean';
  }
}

/** Makes the base class of a module that computes the loss `fn` of two tensors. */
export function pairLoss<Options extends { reduction?: string }>(
  fn: LossFunction<LossInputs, Options>,
  names: Names<Options>,
): new (options?: Options) => Loss<LossInputs, Options> {
  return class extends Loss<LossInputs, Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(input: Tensor, target: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 2);
      return fn(input, target, this.options);
    }
  };
}

/** Makes the base class of a module that computes the loss `fn` of three tensors, with the names of its parameters. */
export function tripleLoss<
  Inputs extends [Tensor, Tensor, Tensor],
  Options extends { reduction?: string },
>(
  fn: LossFunction<Inputs, Options>,
  names: Names<Options>,
): new (options?: Options) => Loss<Inputs, Options> {
  const compute = fn as LossFunction<[Tensor, Tensor, Tensor], Options>;
  return class extends Loss<[Tensor, Tensor, Tensor], Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(a: Tensor, b: Tensor, c: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 3);
      return compute(a, b, c, this.options);
    }
  };
}

/** Registers an option of a loss as a buffer; null if it is missing. */
export function registerOption(
  loss: Pick<Module, 'registerBuffer'>,
  name: string,
  tensor: Tensor | null = null,
): void {
  const buffer = tensor === null ? null : requireTensor(loss.constructor.name, name, tensor);
  loss.registerBuffer(name, buffer);
}

/** A loss whose option `weight` is a buffer, so that `to` converts it. */
export abstract class WeightedLoss<
  Options extends { reduction?: string; weight?: Tensor | null },
> extends Loss<LossInputs, Options> {
  /** The option `weight`, as a buffer; null if it is missing. */
  declare readonly weight: Tensor | null;

  constructor(options: Options | undefined, names: Names<Options>) {
    super(options, names);
    registerOption(this, 'weight', options?.weight);
  }

  /** The options with the current buffer. */
  protected settings(): Readonly<Options> {
    return this.weight === null ? this.options : { ...this.options, weight: this.weight };
  }
}

/** Makes the base class of a module that computes the loss `fn`, which has the option `weight`. */
export function weightedPairLoss<Options extends { reduction?: string; weight?: Tensor | null }>(
  fn: LossFunction<LossInputs, Options>,
  names: Names<Options>,
): new (options?: Options) => WeightedLoss<Options> {
  return class extends WeightedLoss<Options> {
    constructor(options?: Options) {
      requireArity(new.target.name, arguments.length, 1);
      super(options, names);
    }

    override forward(input: Tensor, target: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 2);
      return fn(input, target, this.settings());
    }
  };
}
