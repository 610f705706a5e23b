/** Conversions, and functions of bytes and halves, eagerly; the same as dtypes.py. */
import { backend, data, F, tensor, zeros, type DType, type Tensor } from 'blasgrad';
import { reportFunctions, type FunctionsTrial } from './functions';
import { readTrial } from './timing';

interface Trial extends FunctionsTrial {
  readonly elements: number;
  readonly images: readonly [count: number, channels: number, height: number, width: number];
  readonly linear: readonly [batch: number, inFeatures: number, outFeatures: number];
}

/** From 0 to 100. */
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 100 * Math.abs(Math.sin(i)));
}

function functionsOf({ elements, images, linear }: Trial): Record<string, () => Tensor> {
  const x = tensor(values(elements));
  const signed = tensor(Float32Array.from({ length: elements }, (_, i) => 3 * Math.sin(i)));
  const functions: Record<string, () => Tensor> = {};
  for (const dtype of ['uint8', 'int64', 'float16', 'bfloat16'] as const) {
    const other = x.to(dtype);
    functions[`float32 to ${dtype}`] = () => x.to(dtype);
    functions[`${dtype} to float32`] = () => other.to('float32');
    const [target, floats] = [other.clone(), x.clone()];
    functions[`float32 to ${dtype}_`] = () => target.copy_(x);
    functions[`${dtype} to float32_`] = () => floats.copy_(other);
  }
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const [a, b] = [signed.to(dtype), signed.to(dtype)];
    functions[`add of ${dtype}`] = () => a.add(b);
    functions[`relu of ${dtype}`] = () => F.relu(a);
    const [sum, positive] = [zeros(elements, { dtype }), signed.to(dtype)];
    functions[`add of ${dtype}_`] = () => sum.add_(b);
    functions[`relu of ${dtype}_`] = () => positive.relu_();
  }
  const pixels = tensor(values(images.reduce((a, b) => a * b)))
    .mul(2.5)
    .to('uint8')
    .reshape([...images]);
  const normalize = new data.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  functions['normalize'] = () => normalize.forward(pixels);
  const [batch, inFeatures, outFeatures] = linear;
  for (const dtype of ['float32', 'bfloat16'] satisfies DType[]) {
    const part = (from: number, ...shape: number[]): Tensor => {
      const count = shape.reduce((a, b) => a * b);
      return signed.narrow(0, from, count).reshape(shape).mul(0.1).to(dtype);
    };
    const [input, weight] = [part(0, batch, inFeatures), part(7, outFeatures, inFeatures)];
    const bias = part(3, outFeatures);
    functions[`linear ${dtype}`] = () => F.linear(input, weight, bias);
  }
  return functions;
}

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  if (trial.threads !== null) backend.setNumThreads(trial.threads);
  await reportFunctions(functionsOf(trial), trial);
}

void main();
