/**
 * The header of .npy: a Python dict with three entries, parsed by a grammar and never evaluated
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { describe, shapeText } from '../core/errors';
import { isPossibleShape, possibleShape } from '../core/shape';
import { elements, thisMachineIsLittle, type Elements } from './elements';
import type { Layout } from './source';

/** The layout of the data that follows the header. */
export interface NpyHeader extends Layout {
  readonly fortranOrder: boolean;
}

/** The types, by NumPy's names without the byte order. */
const types: Readonly<Record<string, Elements>> = {
  b1: elements.bool,
  u1: elements.uint8,
  i1: elements.int8,
  u2: elements.uint16,
  i2: elements.int16,
  u4: elements.uint32,
  i4: elements.int32,
  u8: elements.uint64,
  i8: elements.int64,
  f2: elements.float16,
  f4: elements.float32,
  f8: elements.float64,
};

export type Wrong = (what: string, place: string, got: string) => RangeError;

const keys = ['descr', 'fortran_order', 'shape'] as const;
type Key = (typeof keys)[number];

// A token: a string, a number (old Pythons end it in L), a word, or a mark.
const token = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(\d+)L?|([A-Za-z]+)|([{}()[\]:,]))/y;

interface Token {
  readonly text: string;
  readonly kind: 'string' | 'number' | 'word' | 'mark';
}

/** Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`; `wrong` creates the errors. */
export function parseNpyHeader(text: string, wrong: Wrong): NpyHeader {
  const tokens = tokensOf(text, wrong);
  let index = 0;
  const fail = (what: string): RangeError => {
    const got = index < tokens.length ? describe(tokens[index].text) : 'its end';
    return wrong(what, 'the header', got);
  };
  const next = (kind: Token['kind'], what: string): string => {
    if (index >= tokens.length || tokens[index].kind !== kind) throw fail(what);
    return tokens[index++].text;
  };
  const isMark = (mark: string): boolean =>
    index < tokens.length && tokens[index].kind === 'mark' && tokens[index].text === mark;
  const mark = (text: string): void => {
    if (!isMark(text)) throw fail(`'${text}'`);
    index++;
  };

  const tuple = (): number[] => {
    mark('(');
    const sizes: number[] = [];
    while (!isMark(')')) {
      const size = Number(next('number', 'a size'));
      if (!Number.isSafeInteger(size)) throw wrong('sizes below 2^53', 'the header', String(size));
      sizes.push(size);
      if (sizes.length === 1 || !isMark(')')) mark(','); // (3) is a number, (3,) a tuple
    }
    mark(')');
    return sizes;
  };
  const bool = (): boolean => {
    const word = next('word', 'True or False');
    if (word === 'True' || word === 'False') return word === 'True';
    index--;
    throw fail('True or False');
  };

  const found: { descr?: string; fortran_order?: boolean; shape?: number[] } = {};
  mark('{');
  while (!isMark('}')) {
    const key = next('string', `the key ${keys.join(', ')}`) as Key;
    if (!keys.includes(key) || key in found) {
      index--;
      throw fail(`each of the keys ${keys.join(', ')} once`);
    }
    mark(':');
    if (key === 'descr') found.descr = next('string', 'a type of single elements');
    else if (key === 'fortran_order') found.fortran_order = bool();
    else found.shape = tuple();
    if (!isMark('}')) mark(',');
  }
  mark('}');
  if (index < tokens.length) throw fail('nothing after }');
  const { descr, fortran_order, shape } = found;
  if (descr === undefined || fortran_order === undefined || shape === undefined) {
    throw wrong(
      `the keys ${keys.join(', ')}`,
      'the header',
      Object.keys(found).join(', ') || 'none',
    );
  }
  if (!isPossibleShape(shape)) throw wrong(possibleShape, 'the header', shapeText(shape));
  return { ...typeOf(descr, wrong), fortranOrder: fortran_order, shape };
}

function tokensOf(text: string, wrong: Wrong): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw wrong('a Python dict', 'the header', describe(text.slice(from)));
    const [, single, double, number, word, mark] = match as (string | undefined)[];
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else tokens.push({ kind: 'string', text: single ?? double ?? '' });
  }
  return tokens;
}

function typeOf(descr: string, wrong: Wrong): { kind: Elements; little: boolean } {
  const [, order, name] = /^([<>|=]?)([a-zA-Z]\d*)$/.exec(descr) ?? ['', '', ''];
  if (name.startsWith('O')) {
    const type = `${describe(descr)}: objects are pickles, which can run programs`;
    throw wrong('a type of numbers', 'the header', type);
  }
  if (!Object.hasOwn(types, name) || (order === '|' && !name.endsWith('1'))) {
    throw wrong(`a type among ${Object.keys(types).join(', ')}`, 'the header', describe(descr));
  }
  return {
    kind: types[name],
    little: order === '<' || (order !== '>' && thisMachineIsLittle),
  };
}
