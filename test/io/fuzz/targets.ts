/** Every reader there is, one line each. */
import { onnx } from './onnx';
import type { FuzzTarget } from './target';

export const targets: readonly FuzzTarget[] = [onnx];
