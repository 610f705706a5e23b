/** JSON schemas of the requests. Other requests are answered with 400 before a handler runs. */
import { classes, features } from './model';
import { mostInputs } from './predictor';

/** The largest number of observations in a request. */
export const mostObservations = 128;
/** The largest body of a request in bytes: enough for `mostObservations` with 17 digits for each number. */
export const bodyLimit = 128 * 1024;

// The bounds exclude numbers that float32 cannot represent, and outliers that would spoil the network.
const input = {
  type: 'array',
  minItems: features,
  maxItems: features,
  items: { type: 'number', minimum: -100, maximum: 100 },
} as const;

const probabilities = { type: 'array', items: { type: 'number' } } as const;

function object(properties: Readonly<Record<string, object>>) {
  const required = Object.keys(properties);
  return { type: 'object', properties, required, additionalProperties: false };
}

export const predictSchema = {
  body: object({
    inputs: { type: 'array', minItems: 1, maxItems: mostInputs, items: input },
  }),
  response: {
    200: object({
      predictions: {
        type: 'array',
        items: object({ label: { type: 'integer' }, probabilities }),
      },
      steps: { type: 'integer' },
    }),
  },
};

export const observeSchema = {
  body: object({
    observations: {
      type: 'array',
      minItems: 1,
      maxItems: mostObservations,
      items: object({ input, label: { type: 'integer', minimum: 0, maximum: classes - 1 } }),
    },
  }),
};
