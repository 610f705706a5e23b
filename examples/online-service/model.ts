/** The network of the service. */
import { nn } from 'blasgrad';

/** The number of features of an input. */
export const features = 32;
/** Labels are 0 to classes - 1. */
export const classes = 4;
const hidden = 256;

/** From inputs (n, features) to logits (n, classes). */
export function buildModel(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(features, hidden),
    new nn.ReLU(),
    new nn.Linear(hidden, hidden),
    new nn.ReLU(),
    new nn.Linear(hidden, classes),
  );
}
