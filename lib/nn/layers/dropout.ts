/** Layers that drop values while training. */
import { requireInRange } from '../../core/errors';
import { dropout, featureDropout } from '../../functional';
import type { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyDropout extends Module {
  constructor(
    /** The probability with which an element, or a channel, becomes 0. */
    readonly p = 0.5,
  ) {
    super();
    requireInRange(new.target.name, 'p', p, 0, 1);
  }

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}

/**
 * While training, each element 0 with probability `p`, else divided by 1 - p; after `eval()` the input itself
 * (torch.nn.Dropout, Srivastava et al. 2014).
 */
export class Dropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return dropout(input, { p: this.p, training: this.training });
  }
}

/** As Dropout, but whole channels of (N, C, L) at a time (torch.nn.Dropout1d). */
export class Dropout1d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return featureDropout(input, { p: this.p, training: this.training });
  }
}

/** As Dropout, but whole channels of (N, C, H, W) at a time (torch.nn.Dropout2d, Tompson et al. 2015). */
export class Dropout2d extends Dropout1d {}

/** As Dropout, but whole channels of (N, C, D, H, W) at a time (torch.nn.Dropout3d). */
export class Dropout3d extends Dropout1d {}
