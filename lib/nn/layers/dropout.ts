/** Dropout layers. */
import {
  methodName,
  requireArity,
  requireBoolean,
  requireInRange,
  requireMethodArity,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { alphaDropout, dropout, featureAlphaDropout, type InplaceOption } from '../../functional';
import { requireTensor, type Tensor } from '../../core/tensor';
import { channelDropout } from '../../ops/random/random';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyDropout extends Module {
  /** Probability with which an element, or a channel, becomes 0. */
  readonly p: number;
  /** Whether `forward` writes the result to the input and returns it. */
  readonly inplace: boolean;

  /**
   * Creates the layer.
   *
   * @param p probability of 0, or an object of all options; default 0.5
   * @param options.inplace whether `forward` writes the result to the input; default false
   * @throws RangeError if `p` is not in [0, 1]
   */
  constructor(p?: number | ({ p?: number } & InplaceOption), options?: InplaceOption) {
    requireArity(new.target.name, arguments.length, 2);
    super();
    const byName = typeof p === 'object';
    if (byName) requireOptions(new.target.name, p, ['p', 'inplace']);
    requireOptions(new.target.name, options, byName ? [] : ['inplace']);
    const settings = byName ? p : { p, ...options };
    this.p = requireInRange(new.target.name, 'p', settings.p ?? 0.5, 0, 1);
    this.inplace = requireBoolean(new.target.name, 'inplace', settings.inplace ?? false);
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=${this.inplace ? 'True' : 'False'}`;
  }
}

/**
 * During training, sets each element to 0 with probability `p` and multiplies the others by 1 / (1 - p). After
 * `eval()` it returns its input.
 *
 * Shape: any -> the same
 *
 * @see torch.nn.Dropout; Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from
 * Overfitting
 * @example new nn.Dropout(0.5).eval().forward(ones(2)) // tensor([1., 1.])
 */
export class Dropout extends AnyDropout {
  /**
   * Applies dropout in training mode.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return dropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** The base of the dropouts of channels. */
abstract class ChannelDropout extends AnyDropout {
  /** @internal Applies dropout to channels, each of which is one index of the first `leading` dimensions. */
  protected _channels(input: Tensor, leading: 1 | 2): Tensor {
    const { p, training, inplace } = this;
    return channelDropout(methodName(this, 'forward'), input, { p, training, inplace }, leading);
  }
}

/**
 * During training, sets complete channels to 0 with probability `p` and multiplies the others by 1 / (1 - p).
 *
 * Shape: (N, C, L) or (C, L) -> the same
 *
 * @see torch.nn.Dropout1d; Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks
 * @example new nn.Dropout1d(0.5).eval().forward(ones(1, 2, 3)).shape // [ 1, 2, 3 ]
 */
export class Dropout1d extends ChannelDropout {
  /**
   * Applies dropout of channels in training mode.
   *
   * @param input (N, C, L) or (C, L)
   * @returns the shape of `input`
   * @throws RangeError if `input` has another number of dimensions
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const op = methodName(this, 'forward');
    const { ndim, shape } = requireTensor(op, 'input', input);
    if (ndim !== 2 && ndim !== 3) {
      throw unexpected(op, '2 or 3 dimensions', 'input', shapeText(shape));
    }
    return this._channels(input, ndim === 2 ? 1 : 2);
  }
}

/**
 * During training, sets complete channels of images to 0 with probability `p` and multiplies the others by 1 /
 * (1 - p).
 *
 * Shape: (N, C, H, W) -> the same
 *
 * @see torch.nn.Dropout2d; Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks
 * @example new nn.Dropout2d(0.5).eval().forward(ones(1, 2, 3, 3)).shape // [ 1, 2, 3, 3 ]
 */
export class Dropout2d extends ChannelDropout {
  /**
   * Applies dropout of channels in training mode.
   *
   * @param input (N, C, H, W); with 3 dimensions (N, C, L), as in PyTorch
   * @returns the shape of `input`
   * @throws RangeError if `input` has fewer than two dimensions in training mode
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return this._channels(input, 2);
  }
}

/**
 * During training, sets complete channels of volumes to 0 with probability `p` and multiplies the others by 1
 * / (1 - p).
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) -> the same
 *
 * @see torch.nn.Dropout3d; Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks
 * @example new nn.Dropout3d(0.5).eval().forward(ones(1, 2, 2, 3, 3)).shape // [ 1, 2, 2, 3, 3 ]
 */
export class Dropout3d extends ChannelDropout {
  /**
   * Applies dropout of channels in training mode.
   *
   * @param input (N, C, D, H, W) or (C, D, H, W)
   * @returns the shape of `input`
   * @throws RangeError if `input` has no dimension in training mode
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { ndim } = requireTensor(methodName(this, 'forward'), 'input', input);
    return this._channels(input, ndim === 5 ? 2 : 1);
  }
}

/**
 * Dropout for networks with SELU: during training, sets elements to -1.7581 with probability `p`, then scales and shifts
 * all of them so that mean 0 and variance 1 are preserved.
 *
 * Shape: any -> the same
 *
 * @see torch.nn.AlphaDropout; Klambauer et al. 2017, Self-Normalizing Neural Networks
 * @example new nn.AlphaDropout(0.5).eval().forward(ones(2)) // tensor([1., 1.])
 */
export class AlphaDropout extends AnyDropout {
  /**
   * Applies dropout in training mode.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return alphaDropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/**
 * Like AlphaDropout, for complete channels.
 *
 * Shape: (N, C, ...) -> the same
 *
 * @see torch.nn.FeatureAlphaDropout; Klambauer et al. 2017, Self-Normalizing Neural Networks
 * @example new nn.FeatureAlphaDropout(0.5).eval().forward(ones(1, 2, 2)).shape // [ 1, 2, 2 ]
 */
export class FeatureAlphaDropout extends AnyDropout {
  /**
   * Applies dropout of channels in training mode.
   *
   * @param input (N, C, ...)
   * @returns the shape of `input`
   * @throws RangeError if `input` has fewer than two dimensions in training mode
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return featureAlphaDropout(input, {
      p: this.p,
      training: this.training,
      inplace: this.inplace,
    });
  }
}
