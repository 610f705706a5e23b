/** Dropout layers. */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireMethodArity,
  requireOptions,
} from '../../core/errors';
import { dropout, featureDropout, type InplaceOption } from '../../functional';
import type { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

abstract class AnyDropout extends Module {
  /** The probability with which an element, or a channel, becomes 0. */
  readonly p: number;
  /** Whether the result is written to the input. */
  readonly inplace: boolean;

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
 * During training, sets each element to 0 with probability `p` and divides the others by 1 - p; after `eval()` returns
 * its input (torch.nn.Dropout, Srivastava et al. 2014).
 */
export class Dropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return dropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** Like Dropout, for complete channels of (N, C, L) (torch.nn.Dropout1d). */
export class Dropout1d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return featureDropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** Like Dropout, for complete channels of (N, C, H, W) (torch.nn.Dropout2d, Tompson et al. 2015). */
export class Dropout2d extends Dropout1d {}

/** Like Dropout, for complete channels of (N, C, D, H, W) (torch.nn.Dropout3d). */
export class Dropout3d extends Dropout1d {}
