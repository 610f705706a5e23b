/** Texts as tokens: tokenizers and files of tokens. */
export {
  ByteTokenizer,
  CharTokenizer,
  loadTokenizer,
  Tokenizer,
  type CharTokenizerOptions,
  type TokenizerState,
} from './tokenizer';
export { TokenFile, type TokenDType, type TokenFileOptions, type TokenSource } from './tokenFile';
export { WindowDataset, type WindowDatasetOptions } from './windowDataset';
