/** Functions and their gradients compared with PyTorch's numbers. */
import { grad } from 'blasgrad';
import { goldenTensor, requireGolden, type GoldenTensor, type Precision } from './golden';
import { callGolden, type GoldenCall } from './goldenCalls';

export interface OpLine extends GoldenCall {
  readonly id: string;
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  /** Weights of the floating outputs, and the gradients of the inputs that they give. */
  readonly cotangents?: readonly (GoldenTensor | null)[];
  readonly grads?: readonly (GoldenTensor | null)[];
}

const isGolden = (golden: GoldenTensor | null): golden is GoldenTensor => golden !== null;

/** Calls the function of the line, and compares its results and the gradients of its inputs. */
export function checkOp(line: OpLine, precision: Precision): void {
  const inputs = line.inputs.map((input, i) => {
    return goldenTensor(input, precision).requiresGrad_(Boolean(line.grads?.[i]));
  });
  const outputs = callGolden(line, inputs);
  expect(outputs.length).toBe(line.outputs.length);
  line.outputs.forEach((golden, i) => requireGolden(outputs[i], golden, precision, `output ${i}`));
  if (!line.grads || !line.cotangents) return;

  const floating = outputs.filter((_, i) => line.outputs[i].dtype === 'float');
  const gradOutputs = line.cotangents.filter(isGolden).map((one) => goldenTensor(one, precision));
  const wanted = line.grads.flatMap((golden, i) => (golden ? [{ golden, i }] : []));
  const leaves = wanted.map(({ i }) => inputs[i]);
  for (const createGraph of [true, false]) {
    const gradients = grad(floating, leaves, { gradOutputs, createGraph, allowUnused: true });
    wanted.forEach(({ golden, i }, k) => {
      const what = `gradient of input ${i}${createGraph ? ' (createGraph)' : ''}`;
      const found = gradients[k] ?? inputs[i].detach().mul(0);
      requireGolden(found, golden, precision, what);
    });
  }
}
