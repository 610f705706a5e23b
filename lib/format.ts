/** How tensors print: as PyTorch. */
import type { Tensor } from './tensor';

export function formatTensor(t: Tensor): string {
  return `tensor(${JSON.stringify(t.toArray())})`;
}
