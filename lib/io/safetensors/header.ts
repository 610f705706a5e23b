/**
 * The header of a safetensors file: eight bytes with its length, then JSON with dtype, shape and position of each
 * tensor (https://github.com/huggingface/safetensors#format).
 */
import { isError } from '../../core/realms';
import { describe, shapeText } from '../../core/errors';
import { numelOf, requireShape } from '../../core/shape';
import type { InputFile } from '../file';
import type { Reader } from '../pieces';
import { elements } from './elements';

/** A tensor in a file. */
export interface Entry {
  readonly name: string;
  /** As in the format: `'F32'`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The position of its first byte in the file, and the number of bytes. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Header {
  readonly metadata: Record<string, string>;
  /** In the order of their bytes. */
  readonly entries: readonly Entry[];
}

const lengthBytes = 8;
/** The limit of other readers of the format. */
export const maxHeaderBytes = 100_000_000;
/** The key of the metadata, which is not a tensor. */
export const metadataName = '__metadata__';

/** Reads the header of a file of `size` bytes, and checks that it describes every byte of the rest exactly once. */
export function* readHeader(file: InputFile, size: number): Reader<Header> {
  if (size < lengthBytes) {
    throw file.wrong('at least 8 bytes', '', `${size}; it is not a safetensors file`);
  }
  const start = Buffer.alloc(lengthBytes);
  yield { into: start };
  const length = start.readBigUInt64LE();
  const maxBytes = Math.min(size - lengthBytes, maxHeaderBytes);
  if (length > maxBytes) {
    const got = `${length}; it is not a safetensors file, or it is truncated`;
    throw file.wrong(`a length of at most ${maxBytes} bytes`, 'the header', got);
  }
  const bytes = Buffer.alloc(Number(length));
  yield { into: bytes };
  return parseHeader(file, bytes, size);
}

function parseHeader(file: InputFile, bytes: Uint8Array, size: number): Header {
  const header = parseJson(file, bytes);
  const start = lengthBytes + bytes.length;
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataName) metadata = requireMetadata(file, value ?? {});
    else entries.push(parseEntry(file, name, value, start, size));
  }
  entries.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let end = start;
  for (const { name, offset: offset, bytes: count } of entries) {
    if (offset !== end) {
      const got = `${offset - start}, which ${offset < end ? 'overlaps' : 'leaves a gap after'} the tensor before`;
      throw file.wrong(`data_offsets that begin at ${end - start}`, tensorPlace(name), got);
    }
    end += count;
  }
  if (end !== size) {
    throw file.wrong(`${end} bytes, as the header says`, '', String(size));
  }
  return { metadata, entries };
}

function parseJson(file: InputFile, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  let problem = 'text that is not JSON';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    refuseHidden(file, text);
    value = JSON.parse(text);
    if (isObject(value) && text.startsWith('{')) return value;
    problem = describe(value);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    if (isError(error) && error.name === 'TypeError') problem = 'bytes that are not UTF-8';
  }
  throw file.wrong('a JSON object', 'the header', problem);
}

const levels = 3; // the header, a tensor, its shape

/** Names take far more memory than their text; models have fewer. */
const maxNames = 2 ** 20;

/**
 * Refuses duplicate names in one object, which JSON.parse hides, and text that would take far more memory than its
 * size.
 */
function refuseHidden(file: InputFile, text: string): void {
  const open: Set<string>[] = [];
  const colon = /\s*:/y;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const mark = text[i];
    if (mark === '{' || mark === '[') {
      open.push(new Set());
      if (open.length > levels) {
        throw file.wrong(`at most ${levels} levels of JSON`, 'the header', 'more');
      }
    } else if (mark === '}' || mark === ']') {
      open.pop();
    } else if (mark === '"') {
      const start = i;
      i = endOfText(text, start);
      colon.lastIndex = i + 1;
      if (!colon.test(text)) continue;
      const name = JSON.parse(text.slice(start, i + 1)) as string;
      const names = open.at(-1);
      if (names?.has(name)) throw file.wrong('each name once', 'the header', describe(name));
      names?.add(name);
      if (++count > maxNames) throw file.wrong(`at most ${maxNames} names`, 'the header', 'more');
    }
  }
}

/** The position of the quotation mark at the end of a text. */
function endOfText(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function parseEntry(
  file: InputFile,
  name: string,
  value: unknown,
  start: number,
  size: number,
): Entry {
  const fields = isObject(value) ? value : {};
  const { dtype, shape, data_offsets: offsets } = fields;
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !Array.isArray(offsets)) {
    const what = 'an object with dtype, shape and data_offsets';
    throw file.wrong(what, tensorPlace(name), describe(value));
  }
  const element = elements.get(dtype);
  if (element === undefined) {
    const what = `a dtype among ${[...elements.keys()].join(', ')}`;
    throw file.wrong(what, tensorPlace(name), describe(dtype));
  }
  const sizes = requireShape(file.op, shape, `the shape of ${tensorPlace(name)} of ${file.path}`);
  const [from, to] = offsets as unknown[];
  const dataBytes = size - start;
  if (offsets.length !== 2 || !isOffset(from, dataBytes) || !isOffset(to, dataBytes) || to < from) {
    const what = `two data_offsets in order, from 0 to ${dataBytes}`;
    throw file.wrong(what, tensorPlace(name), `[${offsets.map(describe).join(', ')}]`);
  }
  const needed = numelOf(sizes) * element.bytes;
  if (to - from !== needed) {
    const what = `${needed} bytes of ${dtype} in the shape ${shapeText(sizes)}`;
    throw file.wrong(what, tensorPlace(name), String(to - from));
  }
  return { name, dtype, shape: sizes, offset: start + from, bytes: needed };
}

/** The name of a tensor in messages; it comes from the file, so it may be long. */
export function tensorPlace(name: string): string {
  return `the tensor ${describe(name)}`;
}

function isOffset(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function requireMetadata(file: InputFile, value: unknown): Record<string, string> {
  if (isObject(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  throw file.wrong('an object of strings', metadataName, describe(value));
}

/** Whether a JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
