/**
 * Names that sequences.test.ts has cases for and that the library does not have yet. A name that exists must not be in
 * this list: delete it when you add the function or the layer.
 */
export const missing: readonly string[] = [
  'F.ctcLoss',
  'F.embeddingBag',
  'F.multiLabelMarginLoss',
  'F.scaledDotProductAttention',
  'nn.EmbeddingBag',
  'nn.GRU',
  'nn.GRUCell',
  'nn.LSTM',
  'nn.LSTMCell',
  'nn.MultiheadAttention',
  'nn.RNN',
  'nn.RNNCell',
  'nn.Transformer',
  'nn.TransformerDecoder',
  'nn.TransformerDecoderLayer',
  'nn.TransformerEncoder',
  'nn.TransformerEncoderLayer',
  'nn.utils.rnn.packPaddedSequence',
];
