/**
 * Mutates the files of a checkpoint, one at a time. The checksums are updated, because a file with a wrong checksum is not
 * read.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, nn, tensor } from 'blasgrad';
import type { FuzzTarget } from './target';

const good: Record<string, Uint8Array> = {};
const sums = 'SHA256SUMS';

/** Made by hand, as a save would: `seeds` cannot wait for one. */
function seeds(): Readonly<Record<string, Uint8Array>> {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-seed-'));
  const file = join(folder, 'model.safetensors');
  io.saveSafetensorsSync(file, { weight: tensor([[1, 2]]), bias: tensor([3]) });
  good['model.safetensors'] = readFileSync(file);
  rmSync(folder, { recursive: true });
  const tree = { weight: { $tensor: 'weight' }, bias: { $tensor: 'bias' } };
  const manifest = {
    format: 'blasgrad checkpoint',
    version: 1,
    library: '0.1.0',
    time: '2026-01-01T00:00:00.000Z',
    random: [1, 2, -3, 4],
    entries: {
      model: { kind: 'state', tree },
      step: { kind: 'value', tree: 7 },
      numbers: { kind: 'value', tree: [{ $: 'NaN' }, { $object: { $: 1 } }, null, 'text'] },
    },
  };
  good['checkpoint.json'] = Buffer.from(JSON.stringify(manifest));
  good[sums] = sumsOf(good);
  return good;
}

function sumsOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const lines = Object.entries(files)
    .filter(([name]) => name !== sums)
    .map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
  return Buffer.from(lines.join(''));
}

/** Which file it most likely was. */
function kindOf(bytes: Buffer): string {
  if (bytes.subarray(0, 1).toString() === '{') return 'checkpoint.json';
  return /^[0-9a-f]{6}/.test(bytes.subarray(0, 8).toString('latin1')) ? sums : 'model.safetensors';
}

async function read(path: string): Promise<unknown> {
  const bytes = readFileSync(path);
  const name = kindOf(bytes);
  const files = { ...good, [name]: bytes };
  if (name !== sums) files[sums] = sumsOf(files);
  const folder = `${path}.checkpoints`;
  const dir = join(folder, '000001');
  mkdirSync(dir, { recursive: true });
  try {
    for (const [file, content] of Object.entries(files)) writeFileSync(join(dir, file), content);
    return await io.loadCheckpoint(folder, { model: new nn.Linear(2, 1) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const checkpoint: FuzzTarget = { name: 'checkpoint', files: 600, seeds, read };
