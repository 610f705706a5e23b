// Lets only one set-up run at a time. Two (for example of an editor and of a terminal) would build in the same folders.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, say } from './tools.mjs';

const file = join(root, '.setup.lock');

export async function exclusively(work) {
  let told = false;
  while (!take()) {
    const pid = holder();
    if (!alive(pid)) {
      rmSync(file, { force: true }); // its process died
      continue;
    }
    if (!told) say(`setup: waiting for another set-up to finish (process ${pid})`);
    told = true;
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release); // a signal or a crash in a step
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function holder() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function alive(pid) {
  if (pid <= 0 || pid === process.pid) return false; // our own number is a leftover of an earlier boot
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
