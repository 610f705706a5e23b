/** The same seed and number of threads give the same bits, in every way of training and in every process. */
import { join } from 'node:path';
import { fine, runNode } from '../support/process';

const program = join(__dirname, 'training.cjs');

/** What the processes print, two at a time, in order of their ends. */
async function printed(runs: number, done: (count: number) => void): Promise<string[]> {
  const outputs: string[] = [];
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started++ < runs) {
      const { stdout, ...ended } = await runNode([program], { limit: 120_000 });
      if (ended.code !== fine.code) throw new Error(`a run failed: ${JSON.stringify(ended)}`);
      done(outputs.push(stdout));
    }
  };
  await Promise.all([lane(), lane()]);
  return outputs;
}

/** `runs` processes train; what is wrong, or nothing. */
export async function determinism(runs: number, say: (line: string) => void): Promise<string[]> {
  const outputs = await printed(runs, (count) => {
    if (count % 20 === 0 || count === runs) say(`${String(count).padStart(5)} runs`);
  });
  const different = outputs.filter((one) => one !== outputs[0]).length;
  const wrong =
    different > 0 ? [`${different} of ${runs} runs gave other bits than the first`] : [];
  // Lines are "<way>, <n> threads: <hash>".
  const hashes = new Map<string, Set<string>>();
  for (const line of outputs[0].trim().split('\n')) {
    const [, threads, hash] = /, (\d) threads: (\w+)$/.exec(line) ?? [];
    hashes.set(threads, (hashes.get(threads) ?? new Set()).add(hash));
    say(`  ${line}`);
  }
  for (const [threads, found] of hashes) {
    if (found.size !== 1) wrong.push(`the ways of training differ with ${threads} threads`);
  }
  if (hashes.size !== 3) wrong.push(`results for ${hashes.size} numbers of threads instead of 3`);
  return wrong;
}
