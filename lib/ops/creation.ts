/** Sequences of numbers, written to new tensors. */
import { nativeOp, type Tensor } from './define';

const arangeCall = nativeOp('arange');
const linspaceCall = nativeOp('linspace');

/** out[i] = start + i step. */
export function fillArange(out: Tensor, start: number, step: number): void {
  arangeCall(out._flat, start, step, out.numel());
}

/** Evenly spaced numbers from `start` to `end`, both included. */
export function fillLinspace(out: Tensor, start: number, end: number): void {
  linspaceCall(out._flat, start, end, out.numel());
}
