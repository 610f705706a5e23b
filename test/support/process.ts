/** Child processes with a time limit: one that hangs is reported with its stack, and killed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process ends that did all right and printed nothing. */
export const fine: Ended = { code: 0, signal: null, stdout: '', stderr: '' };

export interface ProcessOptions {
  /** Of Node itself, such as --expose-gc. */
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds. */
  readonly limit?: number;
}

const root = join(__dirname, '..', '..');

/** Runs Node with these arguments; rejects with the stack of what it was doing if it exceeds its limit. */
export async function runNode(
  args: readonly string[],
  { flags = [], env = {}, limit = 45_000 }: ProcessOptions = {},
): Promise<Ended> {
  const reports = mkdtempSync(join(tmpdir(), 'blasgrad-report-'));
  const report = ['--report-on-signal', '--report-signal=SIGUSR2', `--report-directory=${reports}`];
  const child = spawn(process.execPath, [...report, ...flags, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  const enough = new AbortController();
  const late = delay(limit, null, { signal: enough.signal }).catch(() => null);
  try {
    const first = await Promise.race([ended, late]);
    if (first !== null) return first;
    const stack = await describeHang(child.pid ?? 0, reports);
    child.kill('SIGKILL');
    await ended;
    throw new Error(`a process has not ended after ${limit} ms\n${stack}\n${stdout}\n${stderr}`);
  } finally {
    enough.abort();
    rmSync(reports, { recursive: true });
  }
}

/** Runs JavaScript in a process of its own. */
export function runProgram(
  program: string,
  args: readonly string[] = [],
  options?: ProcessOptions,
): Promise<Ended> {
  return runNode(['-e', program, '--', ...args], options);
}

/** What the threads of a process wait for, as far as the system tells. */
export function describeTasks(pid: number | 'self'): string {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(folder)) return 'no /proc here';
  const read = (task: string, file: string): string => {
    try {
      return readFileSync(join(folder, task, file), 'utf8').trim();
    } catch {
      return '?';
    }
  };
  return readdirSync(folder)
    .map((task) => {
      const state = /^State:\s*(.*)$/m.exec(read(task, 'status'))?.[1] ?? '?';
      return `  thread ${task} ${read(task, 'comm')}: ${state}, in ${read(task, 'wchan')}`;
    })
    .join('\n');
}

/** The JavaScript stack, which a process tells that still runs JavaScript, and the states of its threads. */
async function describeHang(pid: number, reports: string): Promise<string> {
  process.kill(pid, 'SIGUSR2');
  for (let wait = 0; wait < 30 && readdirSync(reports).length === 0; wait++) await delay(100);
  await delay(100);
  const tasks = describeTasks(pid);
  const file = readdirSync(reports).at(0);
  if (file === undefined) return `in native code (no report came)\n${tasks}`;
  const told = JSON.parse(readFileSync(join(reports, file), 'utf8')) as {
    javascriptStack: { message: string; stack: string[] };
    nativeStack: { symbol: string }[];
  };
  const { message, stack } = told.javascriptStack;
  const native = told.nativeStack.map(({ symbol }) => `  ${symbol}`);
  return [message, ...stack.map((line) => `  ${line}`), ...native, tasks].join('\n');
}
