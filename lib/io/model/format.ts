/**
 * The file of a model: safetensors, whose metadata has two texts. `sha256` is the hash of the file in which these 64
 * digits are zeros; `blasgrad` is JSON, with the tensors in the format of ../checkpoint/tree.ts.
 */
import { createHash, type Hash } from 'node:crypto';
import { describe } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import type { InputFile } from '../file';
import { readPieces } from '../pieces';
import { isObject } from '../safetensors/header';
import { readContent } from '../safetensors/read';

export const format = { name: 'blasgrad model', version: 1 } as const;

export const noHash = '0'.repeat(64);
/** The hash is the first text of the header, which follows 8 bytes with its length. */
export const hashStart = 8 + '{"__metadata__":{"sha256":"'.length;

/** The JSON of a file. */
export interface Description {
  readonly format: string;
  readonly version: number;
  /** The version of the library that wrote it. */
  readonly library: string;
  /** The class of the model, for messages. */
  readonly model: string;
  /** What a class of the library is built from; null for other models. */
  readonly architecture: unknown;
  /** `Content`, in the format of tree.ts. */
  readonly content: unknown;
}

/** The parts of a model: states, and the configuration of the user. */
export interface Content {
  readonly model: Readonly<Record<string, Tensor>>;
  readonly transforms: unknown;
  readonly target: unknown;
  readonly config: unknown;
}

/** Hashes the bytes of a file in order, with zeros for the hash in it. */
export class FileHash {
  private readonly hash: Hash = createHash('sha256');
  private position = 0;

  update(bytes: Uint8Array): void {
    const from = hashStart - this.position;
    this.position += bytes.length;
    if (from >= bytes.length || from + noHash.length <= 0) {
      this.hash.update(bytes);
      return;
    }
    const copy = Uint8Array.from(bytes);
    copy.fill(0x30, Math.max(from, 0), Math.min(from + noHash.length, bytes.length));
    this.hash.update(copy);
  }

  digest(): string {
    return this.hash.digest('hex');
  }
}

/** Reads a file of `saveModel`, and compares it with its hash. */
export async function readModel(
  file: InputFile,
): Promise<{ description: Description; tensors: Record<string, Tensor> }> {
  const hash = new FileHash();
  const read = (size: number): ReturnType<typeof readContent> => readContent(file, size);
  const { metadata, tensors } = await readPieces(file, read, (bytes) => {
    hash.update(bytes);
  });
  const { sha256, blasgrad: text } = metadata as Partial<Record<string, string>>;
  if (sha256 === undefined || text === undefined) {
    throw file.invalid(
      'it is not a file of io.saveModel; read its tensors with io.loadSafetensors',
    );
  }
  const actual = hash.digest();
  if (sha256 !== actual) throw file.wrong('the SHA-256 in its header', 'the content', actual);
  return { description: parse(file, text), tensors };
}

function parse(file: InputFile, text: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const found = isObject(value) ? value : {};
  if (found['format'] !== format.name) {
    throw file.wrong(`the format '${format.name}'`, 'the content', describe(found['format']));
  }
  if (found['version'] !== format.version) {
    const what = `version ${format.version} of the format`;
    throw file.wrong(what, 'the content', describe(found['version']));
  }
  return found as unknown as Description;
}
