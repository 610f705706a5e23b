/** What a reader may do with a bad file. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Tensor } from 'blasgrad';
import { bytesRequested } from './allocation';
import type { FuzzTarget } from './target';

const millisecondsToRead = 20_000;

/** Reads `bytes` as a file: what is wrong with the reader, or null; `failed` says whether it refused the file. */
export async function problemOf(
  target: Pick<FuzzTarget, 'read'>,
  path: string,
  bytes: Uint8Array,
): Promise<{ problem: string | null; failed: boolean }> {
  writeFileSync(path, bytes);
  let problem: string | null = null;
  let failed = false;
  const requested = await bytesRequested(async () => {
    try {
      problem = problemOfResult(await inTime(target.read(path)));
    } catch (error) {
      failed = true;
      problem = problemOfError(error, path);
    }
  });
  // Elements of one byte become eight, with a copy or two; streams have buffers of 64 KB.
  const limit = 32 * bytes.length + (1 << 20);
  if (requested > limit)
    problem ??= `asked for ${requested} bytes to read a file of ${bytes.length}`;
  return { problem, failed };
}

async function inTime(reading: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('hangs')), millisecondsToRead);
  });
  return Promise.race([reading, late]).finally(() => {
    clearTimeout(timer);
  });
}

/**
 * An error must be an Error that names the file or starts with the function; errors of the engine are bugs of the
 * reader.
 */
function problemOfError(error: unknown, path: string): string | null {
  if (!(error instanceof Error)) return `threw ${typeof error} ${String(error)}, no Error`;
  const { message } = error;
  if (message.includes(basename(path)) || /^[\w.]+: .+/s.test(message)) return null;
  return `threw an error that does not say what is wrong: ${error.stack ?? message}`;
}

/** Tensors of a file that was read must be sound. */
function problemOfResult(result: unknown): string | null {
  if (result instanceof Tensor) {
    const count = result.shape.reduce((n, size) => n * size, 1);
    return count === result.data.length
      ? null
      : `gave shape ${result.shape.join()} of ${result.data.length} elements`;
  }
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return null;
  return (
    Object.values(result)
      .map(problemOfResult)
      .find((problem) => problem !== null) ?? null
  );
}
