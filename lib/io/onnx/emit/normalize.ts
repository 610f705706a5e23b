/** Normalised channels as ONNX nodes. */
import { isHalf } from '../../../core/dtype';
import type { ChannelPlace } from '../../../ops/nn/normalize';
import { fixed, type Emit } from '../builder';
import { Numbers } from './elementwise';
import type { Sized } from '../size';

/** (x - mean) / std, of bytes (x / 255 - mean) / std; halves through float32, as the op computes them. */
export const normalizeChannels: Emit<Sized<ChannelPlace>> = (
  { inputs: [x, std, mean], outputs: [out], attrs },
  graph,
) => {
  const dtype = isHalf(out.dtype) ? 'float32' : out.dtype;
  const channels = fixed(attrs.channels, 'a number of channels');
  const ones = Array.from({ length: fixed(attrs.after, 'a number of dimensions') }, () => 1);
  const shape = channels === 1 ? [] : [channels, ...ones];
  const n = new Numbers(graph, { ...x, dtype });
  const [center, scale] = [mean, std].map((one) => graph.reshape(graph.as(one, dtype), shape));
  const numbers = graph.as(x, dtype);
  const unit = x.dtype === 'uint8' ? n.div(numbers, 255) : numbers;
  const y = n.div(n.sub(unit, center), scale);
  return graph.as({ name: y, shape: out.shape, dtype }, out.dtype);
};
