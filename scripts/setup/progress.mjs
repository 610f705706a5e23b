// The output of set-up: a line for each finished step, and the progress of the running steps. On a terminal the progress is
// one line that is rewritten; elsewhere it is a new line every ten seconds. It goes to stderr, so that stdout has only the
// output of the demo or benchmark.
const interval = 10_000;
const open = new Map();
let listed = new Set();
let timer;

/** Prints a line. */
export function say(text) {
  clear();
  process.stderr.write(`${text}\n`);
  draw();
}

/** Runs `work` and prints how long it took. Steps may overlap. `work` gets a function to report its progress. */
export async function step(label, work) {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
  clear();
  open.set(label, '');
  // unref: the timer must not keep the process alive.
  if (!process.stderr.isTTY) timer ??= setInterval(list, interval).unref();
  draw();
  const close = (end) => {
    clear();
    open.delete(label);
    if (open.size === 0) timer = clearInterval(timer);
    say(`setup: ${label} ... ${end}`);
  };
  try {
    const result = await work((state) => {
      clear();
      open.set(label, state);
      draw();
    });
    close(`${seconds()} s`);
    return result;
  } catch (error) {
    close('failed');
    throw error;
  }
}

function states() {
  return [...open].map(([label, state]) => `${label} ... ${state}`.trimEnd());
}

function list() {
  const news = states().filter((state) => !listed.has(state));
  for (const state of news) process.stderr.write(`setup: ${state}\n`);
  listed = new Set(states());
}

function clear() {
  if (process.stderr.isTTY && open.size > 0) process.stderr.write('\r\x1b[K');
}

function draw() {
  if (!process.stderr.isTTY || open.size === 0) return;
  const width = process.stderr.columns || 80; // a longer line would wrap, and stay
  process.stderr.write(`setup: ${states().join(', ')}`.slice(0, width - 1));
}
