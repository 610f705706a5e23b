/** Tokenizers: texts as integers. */
import { numbersOf } from '../../core/access';
import {
  describe,
  requireArity,
  requireInteger,
  requireItems,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import { Tensor } from '../../core/tensor';
import { sendStateDictInstead } from '../../core/uncloneable';
import { fromArray } from '../../creation/filled';

/** The state of a tokenizer: JSON that `data.loadTokenizer` reads. */
export interface TokenizerState {
  /** The name of the class. */
  readonly tokenizer: string;
  /** The characters of a CharTokenizer, in the order of their tokens. */
  readonly characters?: string;
  /** The character that a CharTokenizer takes for unknown ones, or null. */
  readonly unknown?: string | null;
}

/** Half of a surrogate pair is no character. */
const loneSurrogate = /\p{Surrogate}/u;

function requireText(op: string, text: unknown, name = 'text'): string {
  if (typeof text !== 'string') throw wrongType(op, 'a string', name, text);
  const at = text.search(loneSurrogate);
  if (at < 0) return text;
  throw unexpected(op, 'valid Unicode', name, `half of a surrogate pair at ${at}`);
}

/**
 * Base class of tokenizers: `encode` turns a text into tokens, `decode` tokens into a text.
 *
 * A checkpoint saves a tokenizer with the model (`io.saveCheckpoint(dir, { model, tokenizer })`), and
 * `data.loadTokenizer` builds it from its state. `structuredClone` and `postMessage` refuse it: send its `stateDict()`.
 *
 * @example
 * const tokenizer: data.Tokenizer = new data.ByteTokenizer();
 * tokenizer.decode(tokenizer.encode('hi')); // 'hi'
 */
export abstract class Tokenizer {
  /** @internal */ readonly _structuredClone = sendStateDictInstead;

  /** Number of different tokens, which are 0 to vocabSize - 1. */
  abstract readonly vocabSize: number;
  /**
   * The tokens of a text.
   *
   * @param text the text
   * @returns int32 (n)
   * @throws RangeError if the text has characters without a token
   */
  abstract encode(text: string): Tensor;
  /**
   * The text of tokens.
   *
   * @param tokens integers below `vocabSize`, in a tensor of any shape or an array
   * @returns the text
   * @throws RangeError if a token is not below `vocabSize`
   */
  abstract decode(tokens: Tensor | ArrayLike<number>): string;
  /**
   * The state, as JSON.
   *
   * @returns the class, and the characters of a CharTokenizer
   */
  abstract stateDict(): TokenizerState;
  /** @internal Takes over a checked state of the same class. */
  protected abstract restore(op: string, state: TokenizerState): void;

  /**
   * Restores a state of a tokenizer of the same class.
   *
   * @param state a result of `stateDict`, also after JSON
   * @throws TypeError, RangeError if the state is not one of this class; the tokenizer is then unchanged
   */
  loadStateDict(state: TokenizerState): void {
    const { name } = this.constructor;
    requireArity(`${name}.loadStateDict`, arguments.length, 1);
    const op = `${name}.loadStateDict`;
    const { tokenizer } = requireState(op, state);
    if (tokenizer !== name) throw unexpected(op, `a state of ${name}`, 'state', `one of ${describe(tokenizer)}`); // prettier-ignore
    this.restore(op, state);
  }

  /**
   * For JSON.stringify.
   *
   * @returns the state
   */
  toJSON(): TokenizerState {
    return this.stateDict();
  }

  /** The tokens as integers, each below `vocabSize`. */
  protected tokensOf(op: string, tokens: unknown): number[] {
    const values = tokens instanceof Tensor ? numbersOf(op, tokens) : tokens;
    const list = requireItems(op, 'a tensor or an array of integers', 'tokens', values);
    return list.map((value, i) => {
      const token = requireInteger(op, `tokens[${i}]`, value, 0);
      if (token < this.vocabSize) return token;
      throw unexpected(op, `a token below ${this.vocabSize}`, `tokens[${i}]`, String(token));
    });
  }
}

function requireState(op: string, state: unknown): TokenizerState {
  if (isPlainObject(state) && typeof state['tokenizer'] === 'string') {
    return state as unknown as TokenizerState;
  }
  throw wrongType(op, 'a state of a tokenizer', 'state', state);
}

/**
 * Tokens are the bytes of UTF-8: 256 tokens for texts in any language.
 *
 * @example new data.ByteTokenizer().encode('hé'); // tensor([104, 195, 169], dtype: int32)
 */
export class ByteTokenizer extends Tokenizer {
  /** Number of different tokens: 256. */
  readonly vocabSize = 256;

  /** Makes a tokenizer. */
  constructor() {
    requireArity('ByteTokenizer', arguments.length, 0);
    super();
  }

  /**
   * The bytes of a text.
   *
   * @param text the text
   * @returns int32 (number of bytes)
   * @throws RangeError if the text is not valid Unicode
   */
  encode(text: string): Tensor {
    requireArity('ByteTokenizer.encode', arguments.length, 1);
    return fromArray(Int32Array.from(Buffer.from(requireText('ByteTokenizer.encode', text))));
  }

  /**
   * The text of bytes. Bytes that are not UTF-8, such as a part of a character, become U+FFFD.
   *
   * @param tokens integers from 0 to 255, in a tensor of any shape or an array
   * @returns the text
   * @throws RangeError if a token is not below 256
   */
  decode(tokens: Tensor | ArrayLike<number>): string {
    requireArity('ByteTokenizer.decode', arguments.length, 1);
    return Buffer.from(this.tokensOf('ByteTokenizer.decode', tokens)).toString();
  }

  /**
   * The state, as JSON.
   *
   * @returns the name of the class
   */
  stateDict(): TokenizerState {
    requireArity('ByteTokenizer.stateDict', arguments.length, 0);
    return { tokenizer: 'ByteTokenizer' };
  }

  protected restore(): void {
    // There is nothing to restore.
  }
}

/** Options of `CharTokenizer`. */
export interface CharTokenizerOptions {
  /** Character whose token stands for characters that are not in the vocabulary. Default: none; they are an error. */
  unknown?: string;
}

/**
 * Tokens are the characters of a text, numbered in the order of their code points.
 *
 * @example
 * const tokenizer = new data.CharTokenizer('hello');
 * tokenizer.encode('hole'); // tensor([1, 3, 2, 0], dtype: int32)
 */
export class CharTokenizer extends Tokenizer {
  private characters: readonly string[] = [];
  private codes: ReadonlyMap<string, number> = new Map();
  private unknown: string | null = null;

  /**
   * Collects the characters of the vocabulary.
   *
   * @param text a text with all characters, such as the corpus
   * @param options the character for unknown ones; see CharTokenizerOptions
   * @throws RangeError if `text` is empty or not valid Unicode, or if `unknown` is not one character
   */
  constructor(text: string, options: CharTokenizerOptions = {}) {
    requireArity('CharTokenizer', arguments.length, 2);
    super();
    const op = 'CharTokenizer';
    requireOptions(op, options, ['unknown']);
    const found = new Set(requireText(op, text));
    const unknown = options.unknown === undefined ? null : requireText(op, options.unknown, 'unknown'); // prettier-ignore
    if (unknown !== null) found.add(unknown);
    const sorted = [...found].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
    this.restore(op, { tokenizer: op, characters: sorted.join(''), unknown });
  }

  /** Number of different tokens. */
  get vocabSize(): number {
    return this.characters.length;
  }

  /** The characters, in the order of their tokens. */
  get vocabulary(): readonly string[] {
    return this.characters;
  }

  /**
   * The tokens of a text.
   *
   * @param text the text
   * @returns int32 (number of characters); a pair of surrogates is one character
   * @throws RangeError if a character is not in the vocabulary, and there is no `unknown`
   */
  encode(text: string): Tensor {
    requireArity('CharTokenizer.encode', arguments.length, 1);
    const op = 'CharTokenizer.encode';
    requireText(op, text);
    const other = this.unknown === null ? undefined : this.codes.get(this.unknown);
    const tokens = new Int32Array(text.length);
    let count = 0;
    for (const character of text) {
      const token = this.codes.get(character) ?? other;
      if (token === undefined) {
        throw unexpected(op, `one of ${this.vocabSize} known characters`, `character ${count}`, `'${character}'`); // prettier-ignore
      }
      tokens[count++] = token;
    }
    return fromArray(tokens.slice(0, count));
  }

  /**
   * The text of tokens.
   *
   * @param tokens integers below `vocabSize`, in a tensor of any shape or an array
   * @returns the text
   * @throws RangeError if a token is not below `vocabSize`
   */
  decode(tokens: Tensor | ArrayLike<number>): string {
    requireArity('CharTokenizer.decode', arguments.length, 1);
    const list = this.tokensOf('CharTokenizer.decode', tokens);
    return list.map((token) => this.characters[token]).join('');
  }

  /**
   * The state, as JSON.
   *
   * @returns the characters in the order of their tokens, and the character for unknown ones
   */
  stateDict(): TokenizerState {
    requireArity('CharTokenizer.stateDict', arguments.length, 0);
    return {
      tokenizer: 'CharTokenizer',
      characters: this.characters.join(''),
      unknown: this.unknown,
    };
  }

  protected restore(op: string, { characters, unknown = null }: TokenizerState): void {
    const list = Array.from(requireText(op, characters, 'characters'));
    if (list.length === 0) throw unexpected(op, 'at least one character', 'characters', 'none');
    const codes = new Map(list.map((character, token) => [character, token]));
    if (codes.size < list.length) throw unexpected(op, 'different characters', 'characters', 'one twice'); // prettier-ignore
    if (unknown !== null && !codes.has(requireText(op, unknown, 'unknown'))) {
      throw unexpected(op, 'one character of the vocabulary', 'unknown', describe(unknown));
    }
    [this.characters, this.codes, this.unknown] = [list, codes, unknown];
  }
}

/**
 * Builds the tokenizer of a state again.
 *
 * @param state a result of `stateDict`, also after JSON
 * @returns a `ByteTokenizer` or a `CharTokenizer`
 * @throws TypeError, RangeError if it is not a state of a tokenizer
 * @example
 * const state: unknown = JSON.parse(JSON.stringify(new data.CharTokenizer('abc')));
 * data.loadTokenizer(state).encode('cab'); // tensor([2, 0, 1], dtype: int32)
 */
export function loadTokenizer(state: unknown): Tokenizer {
  requireArity('loadTokenizer', arguments.length, 1);
  const op = 'loadTokenizer';
  const checked = requireState(op, state);
  const { tokenizer: name } = checked;
  if (name === 'ByteTokenizer') return new ByteTokenizer();
  if (name !== 'CharTokenizer') {
    throw unexpected(op, 'ByteTokenizer or CharTokenizer', 'state.tokenizer', describe(name));
  }
  const tokenizer = new CharTokenizer(requireText(op, checked.characters, 'state.characters'));
  tokenizer.loadStateDict(checked);
  return tokenizer;
}
