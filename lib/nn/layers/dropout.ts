/** Layers that set values to 0 during training. */
import { requireArity, requireInRange } from '../../core/errors';
import { dropout, featureDropout } from '../../functional';
import type { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyDropout extends Module {
  constructor(
    /** The probability with which an element, or a channel, becomes 0. */
    readonly p = 0.5,
  ) {
    requireArity(new.target.name, arguments.length, 1);
    super();
    requireInRange(new.target.name, 'p', p, 0, 1);
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}

/**
 * During training, sets each element to 0 with probability `p` and divides the others by 1 - p; after `eval()` returns
 * its input (torch.nn.Dropout, Srivastava et al. 2014).
 */
export class Dropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    requireArity('Dropout', arguments.length, 1);
    return dropout(input, { p: this.p, training: this.training });
  }
}

/** Like Dropout, for complete channels of (N, C, L) (torch.nn.Dropout1d). */
export class Dropout1d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    requireArity('Dropout1d', arguments.length, 1);
    return featureDropout(input, { p: this.p, training: this.training });
  }
}

/** Like Dropout, for complete channels of (N, C, H, W) (torch.nn.Dropout2d, Tompson et al. 2015). */
export class Dropout2d extends Dropout1d {}

/** Like Dropout, for complete channels of (N, C, D, H, W) (torch.nn.Dropout3d). */
export class Dropout3d extends Dropout1d {}
