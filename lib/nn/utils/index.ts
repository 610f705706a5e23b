/**
 * Functions for the gradients and parameters of a model, and for sequences (torch.nn.utils).
 *
 * @module
 */
export * from './parameters';
export * as rnn from './rnn';
