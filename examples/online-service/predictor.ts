/** Answers from a copy of the model, since the one that is being trained cannot be read meanwhile. */
import { compile, fromArray, noGrad, type nn } from 'blasgrad';
import { buildModel, classes, features } from './model';

// Inputs are filled up with zeros to one of these sizes, so that there are no more programs than these.
const batchSizes = [1, 8, 32];

/** Inputs in one request at most. */
export const mostInputs = batchSizes[batchSizes.length - 1];

export interface Prediction {
  readonly label: number;
  /** One for each label. */
  readonly probabilities: readonly number[];
}

export class Predictor {
  private readonly model = buildModel();
  private readonly probabilities = compile((x) => noGrad(() => this.model.forward(x).softmax(1)));

  /** Takes over what `model` has learnt; no run that changes it may be in flight. */
  refresh(model: nn.Sequential): void {
    this.model.loadStateDict(model.stateDict());
  }

  /** For 1 to `mostInputs` inputs of `features` numbers. */
  predict(inputs: readonly (readonly number[])[]): Prediction[] {
    const size = batchSizes.find((one) => one >= inputs.length) ?? mostInputs;
    const x = new Float32Array(size * features);
    inputs.forEach((input, i) => {
      x.set(input, i * features);
    });
    const data = this.probabilities(fromArray(x, [size, features])).data as Float32Array;
    return inputs.map((_, i) => {
      const probabilities = Array.from(data.subarray(i * classes, (i + 1) * classes));
      return { label: probabilities.indexOf(Math.max(...probabilities)), probabilities };
    });
  }
}
