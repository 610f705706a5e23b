/** Activation modules that compute along one dimension. */
import {
  requireArity,
  requireInteger,
  requireMethodArity,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import * as F from '../../functional';
import { Module } from '../module/module';

/** A module that computes along one dimension. */
abstract class AlongDim extends Module {
  /** Dimension along which the module computes. */
  readonly dim: number;

  /**
   * Creates the layer.
   *
   * @param dim dimension along which to compute, or an object with it; a negative one counts from the end
   */
  constructor(dim: number | { dim?: number }) {
    requireArity(new.target.name, arguments.length, 1);
    super();
    const byName = typeof dim === 'object' && (dim as unknown) !== null;
    if (byName) requireOptions(new.target.name, dim, ['dim']);
    this.dim = requireInteger(new.target.name, 'dim', byName ? dim.dim : dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * Gated linear unit: multiplies the first half along `dim` by the sigmoid of the second half.
 *
 * Shape: (..., 2 n, ...) -> (..., n, ...)
 *
 * @see torch.nn.GLU; Dauphin et al. 2017, Language Modeling with Gated Convolutional Networks
 * @example new nn.GLU().forward(tensor([1, 0])) // tensor([0.5000])
 */
export class GLU extends AlongDim {
  /**
   * Creates the layer.
   *
   * @param dim dimension that is halved, or an object with it; default -1
   */
  constructor(dim: number | { dim?: number } = -1) {
    requireArity('GLU', arguments.length, 1);
    super(dim);
  }

  /**
   * Applies the function.
   *
   * @param input (..., 2 n, ...), an even size along `dim`
   * @returns (..., n, ...)
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.glu(input, { dim: this.dim });
  }
}

/**
 * Softmax along `dim`: exp(x) / sum(exp(x)), so that the results are positive and add up to 1.
 *
 * @see torch.nn.Softmax
 * @example new nn.Softmax(0).forward(tensor([1, 2])) // tensor([0.2689, 0.7311])
 */
export class Softmax extends AlongDim {
  /**
   * Applies the function.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.softmax(input, this.dim);
  }
}

/**
 * Logarithm of the softmax along `dim`, computed without overflow: x - log(sum(exp(x))).
 *
 * @see torch.nn.LogSoftmax
 * @example new nn.LogSoftmax(0).forward(tensor([1, 2])) // tensor([-1.3133, -0.3133])
 */
export class LogSoftmax extends AlongDim {
  /**
   * Applies the function.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.logSoftmax(input, this.dim);
  }
}

/**
 * Softmax of -x along `dim`: small elements get large results.
 *
 * @see torch.nn.Softmin
 * @example new nn.Softmin(0).forward(tensor([1, 2])) // tensor([0.7311, 0.2689])
 */
export class Softmin extends AlongDim {
  /**
   * Applies the function.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.softmin(input, this.dim);
  }
}

/**
 * Softmax over the channels of images, at each position.
 *
 * Shape: (N, C, H, W) or (C, H, W) -> the same
 *
 * @see torch.nn.Softmax2d
 * @example new nn.Softmax2d().forward(zeros(2, 1, 1)) // tensor([[[0.5000]], [[0.5000]]])
 */
export class Softmax2d extends Module {
  /**
   * Applies the function.
   *
   * @param input (N, C, H, W) or (C, H, W)
   * @returns the shape of `input`
   * @throws RangeError if `input` has another number of dimensions
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { ndim, shape } = requireTensor('Softmax2d.forward', 'input', input);
    if (ndim !== 3 && ndim !== 4) {
      throw unexpected('Softmax2d.forward', '3 or 4 dimensions', 'input', shapeText(shape));
    }
    return F.softmax(input, -3);
  }
}
