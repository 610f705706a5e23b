/** Predicts with a copy of the model, because the model itself cannot be read while it is trained. */
import { compile, fromArray, noGrad, type nn } from 'blasgrad';
import { buildModel, classes, features } from './model';

// Inputs are padded with zeros to one of these batch sizes, so that there is one compiled program for each size.
const batchSizes = [1, 8, 32];

/** The largest number of inputs in a request. */
export const mostInputs = batchSizes[batchSizes.length - 1];

export interface Prediction {
  readonly label: number;
  /** One number for each label. */
  readonly probabilities: readonly number[];
}

export class Predictor {
  private readonly model = buildModel();
  private readonly probabilities = compile((x) => noGrad(() => this.model.forward(x).softmax(1)));

  /** Copies the parameters of `model`, which must not be trained at the same time. */
  refresh(model: nn.Sequential): void {
    this.model.loadStateDict(model.stateDict());
  }

  /** Predicts 1 to `mostInputs` inputs of `features` numbers. */
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
