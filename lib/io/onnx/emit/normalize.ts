/** The op normalizeChannels as ONNX nodes. */
import { isFloating, isHalf } from '../../../core/dtype';
import type { ChannelStatistics } from '../../../ops/nn/normalize';
import { fixed, type Emit } from '../builder';
import type { Size, Sized } from '../size';
import { Numbers } from './elementwise';

/** (x - mean) / std, or (x / 255 - mean) / std of uint8; float16 and bfloat16 in float32, as in the op. */
export const normalizeChannels: Emit<Sized<ChannelStatistics>> = (
  { inputs: [x], outputs: [out], attrs: { mean, std, after } },
  graph,
) => {
  const dtype = isHalf(out.dtype) ? 'float32' : out.dtype;
  const ones = Array.from({ length: fixed(after, 'a number of dimensions') }, () => 1);
  const constant = (values: readonly Size[]): string =>
    graph.constant(
      dtype,
      values.length === 1 ? [] : [values.length, ...ones],
      values.map((value) => fixed(value, 'a number')),
    );
  const n = new Numbers(graph, { ...x, dtype });
  const numbers = graph.as(x, dtype);
  // Integers are uint8, perhaps cast to a wider dtype.
  const unit = isFloating(x.dtype) ? numbers : n.div(numbers, 255);
  const centered = mean === null ? unit : n.sub(unit, constant(mean.values));
  const y = n.div(centered, constant(std.values));
  return graph.as({ name: y, shape: out.shape, dtype }, out.dtype);
};
