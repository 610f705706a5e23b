/** Resources of a process: memory, threads, files, handles; and whether they grow. */
import { existsSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Sample {
  /** Bytes. */
  readonly rss: number;
  readonly heap: number;
  /** Bytes of ArrayBuffers and other memory that V8 only accounts for. */
  readonly external: number;
  /** 0 where there is no /proc. */
  readonly threads: number;
  readonly files: number;
  /** What keeps the event loop alive: timers, sockets, threads' ports. */
  readonly handles: number;
}

const entries = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage until nothing is left to finalize, which Node does between tasks. */
export async function collected(): Promise<Sample> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return measured();
}

export function measured(): Sample {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss,
    heap: heapUsed,
    external,
    threads: entries('/proc/self/task'),
    files: entries('/proc/self/fd'),
    handles: process.getActiveResourcesInfo().length,
  };
}

/** The low-water marks of two samples' memory, which garbage does not lift; the rest is the later one's. */
export function lower(one: Sample, later: Sample): Sample {
  return {
    ...later,
    rss: Math.min(one.rss, later.rss),
    heap: Math.min(one.heap, later.heap),
    external: Math.min(one.external, later.external),
  };
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export function lineOf({ rss, heap, external, threads, files, handles }: Sample): string {
  const memory = `rss ${megabytes(rss)}, heap ${megabytes(heap)}, external ${megabytes(external)}`;
  return `${memory}, ${threads} threads, ${files} files, ${handles} handles`;
}

/** Growth over the whole series, by the least squares line through it: one wild value does not decide. */
export function growthOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  let [covariance, variance] = [0, 0];
  values.forEach((value, i) => {
    covariance += (i - middle) * (value - mean);
    variance += (i - middle) ** 2;
  });
  return variance === 0 ? 0 : (covariance / variance) * (values.length - 1);
}

/** What is wrong with samples that should be flat: more than 5 % growth, 5 MB at least, or more of what is counted. */
export function leaksIn(samples: readonly Sample[]): string[] {
  const [first, last] = [samples[0], samples[samples.length - 1]];
  const grown = (['rss', 'heap', 'external'] as const).flatMap((name) => {
    const growth = growthOf(samples.map((one) => one[name]));
    const allowed = Math.max(0.05 * first[name], 5e6);
    if (growth <= allowed) return [];
    return [`${name} grew by ${megabytes(growth)}, allowed ${megabytes(allowed)}`];
  });
  const counted = (['threads', 'files', 'handles'] as const)
    .filter((name) => last[name] > first[name])
    .map((name) => `${name} went from ${first[name]} to ${last[name]}`);
  return [...grown, ...counted];
}
