/** Tokenizers: texts as tokens and back, states, and texts that are refused. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, io, tensor } from 'blasgrad';

const texts = ['', 'to be', 'Zoë 🙂 naïve\n', '日本語'];

describe.each([
  ['ByteTokenizer', new data.ByteTokenizer()],
  ['CharTokenizer', new data.CharTokenizer(texts.join(''))],
])('%s', (name, tokenizer) => {
  test.each(texts)('%j comes back', (text) => {
    const tokens = tokenizer.encode(text);
    expect(tokens.dtype).toBe('int32');
    expect(tokenizer.decode(tokens)).toBe(text);
    expect(tokenizer.decode(tokens.toArray() as number[])).toBe(text);
    for (const token of tokens.toArray() as number[]) {
      expect(token).toBeGreaterThanOrEqual(0);
      expect(token).toBeLessThan(tokenizer.vocabSize);
    }
  });

  test('its state goes through JSON', () => {
    const loaded = data.loadTokenizer(JSON.parse(JSON.stringify(tokenizer)));
    expect(loaded.constructor.name).toBe(name);
    expect(loaded.encode(texts[2]).toArray()).toEqual(tokenizer.encode(texts[2]).toArray());
  });

  test('refuses tokens out of range, and halves of surrogate pairs', () => {
    const { vocabSize } = tokenizer;
    expect(() => tokenizer.decode([0, vocabSize])).toThrow(
      new RangeError(
        `${name}.decode: expected a token below ${vocabSize} for tokens[1], got ${vocabSize}`,
      ),
    );
    expect(() => tokenizer.decode(tensor([0.5]))).toThrow(RangeError);
    expect(() => tokenizer.encode('a\ud83d')).toThrow(
      `${name}.encode: expected valid Unicode for text, got half of a surrogate pair at 1`,
    );
    expect(() => structuredClone(tokenizer)).toThrow(/sendStateDictInstead/);
  });
});

test('bytes are those of UTF-8', () => {
  expect(new data.ByteTokenizer().encode('hé').toArray()).toEqual([104, 195, 169]);
  expect(new data.ByteTokenizer().decode([104, 195])).toBe('h\ufffd');
});

describe('CharTokenizer', () => {
  test('numbers characters by their code points', () => {
    const tokenizer = new data.CharTokenizer('hello 🙂');
    expect(tokenizer.vocabulary).toEqual([' ', 'e', 'h', 'l', 'o', '🙂']);
    expect(tokenizer.encode('🙂oh').toArray()).toEqual([5, 4, 2]);
  });

  test('refuses unknown characters, or takes the one of unknown', () => {
    expect(() => new data.CharTokenizer('ab').encode('abc')).toThrow(
      new RangeError(
        "CharTokenizer.encode: expected one of 2 known characters for character 2, got 'c'",
      ),
    );
    const tokenizer = new data.CharTokenizer('ab', { unknown: '?' });
    expect(tokenizer.decode(tokenizer.encode('abc'))).toBe('ab?');
  });

  test.each([
    [{ tokenizer: 'ByteTokenizer' }, /a state of CharTokenizer/],
    [{ tokenizer: 'CharTokenizer', characters: 'aba', unknown: null }, /different characters/],
    [{ tokenizer: 'CharTokenizer', characters: '', unknown: null }, /at least one character/],
    [{ tokenizer: 'CharTokenizer', characters: 'ab', unknown: 'c' }, /of the vocabulary/],
    [{ tokenizer: 'CharTokenizer' }, /a string for characters, got undefined/],
  ])('refuses the state %j, and stays as it was', (state, message) => {
    const tokenizer = new data.CharTokenizer('xyz');
    expect(() => tokenizer.loadStateDict(state)).toThrow(message);
    expect(tokenizer.encode('zx').toArray()).toEqual([2, 0]);
  });

  test('refuses an empty text', () => {
    expect(() => new data.CharTokenizer('')).toThrow(
      /at least one character for characters, got none/,
    );
  });
});

test('a checkpoint saves a tokenizer', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'blasgrad-tokenizer-'));
  try {
    const tokenizer = new data.CharTokenizer('abc', { unknown: '#' });
    await io.saveCheckpoint(dir, { tokenizer });
    const other = new data.CharTokenizer('z');
    await io.loadCheckpoint(dir, { tokenizer: other });
    expect(other.stateDict()).toEqual(tokenizer.stateDict());
    expect(other.encode('cx').toArray()).toEqual([3, 0]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.each([
  [null, /a state of a tokenizer for state/],
  [{ tokenizer: 'WordTokenizer' }, /ByteTokenizer or CharTokenizer for state.tokenizer/],
])('loadTokenizer refuses %j', (state, message) => {
  expect(() => data.loadTokenizer(state)).toThrow(message);
});
