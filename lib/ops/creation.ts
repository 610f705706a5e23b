/** Sequences of numbers, written to new tensors. */
import { kernels, type Tensor } from './define';

const arangeKernels = kernels('arange');
const linspaceKernels = kernels('linspace');

/** out[i] = start + i step. */
export function fillArange(out: Tensor, start: number, step: number): void {
  arangeKernels[out.dtype](out._flat, start, step, out.numel());
}

/** Evenly spaced numbers from `start` to `end`, both included. */
export function fillLinspace(out: Tensor, start: number, end: number): void {
  linspaceKernels[out.dtype](out._flat, start, end, out.numel());
}
