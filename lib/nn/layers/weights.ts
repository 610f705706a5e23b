/** Options and parameters of layers with weights. */
import { requireDType, type DType } from '../../core/dtype';
import { requireBoolean, requireOptions } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { Parameter } from '../module/parameter';

/** Options of layers with weights. */
export interface LayerOptions {
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

/** Creates the parameters of a layer, for `resetParameters` to fill. */
export function weights(op: string, options: LayerOptions, shape: number[], biasShape: number[]) {
  requireOptions(op, options, ['bias', 'dtype']);
  const dtype = requireDType(op, options.dtype ?? 'float32');
  const make = (sizes: number[]): Parameter => new Parameter(Tensor._empty(dtype, sizes));
  const hasBias = requireBoolean(op, 'bias', options.bias ?? true);
  return { weight: make(shape), bias: hasBias ? make(biasShape) : null };
}
