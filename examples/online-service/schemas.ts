/** What requests must look like, as JSON schemas: everything else is answered with 400 before a handler runs. */
import { classes, features } from './model';
import { mostInputs } from './predictor';

/** Observations in one request at most. */
export const mostObservations = 128;
/** Bytes of a request's body at most: what the most observations take with 17 digits a number, and a little more. */
export const bodyLimit = 128 * 1024;

// The bounds keep out what float32 cannot hold, and what would throw the net off for good.
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
