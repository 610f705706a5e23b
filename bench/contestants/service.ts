/** The example service under load: service.js TRIAL. This process makes the requests; the service is its child process. */
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon, { type Result } from 'autocannon';
import {
  headers,
  observeBody,
  predictBody,
  ServiceProcess,
  several,
  type ServiceCommand,
} from './serviceClient';
import { readTrial, report } from './timing';

/** What to do, and for how long. */
export interface ServiceTrial {
  readonly command: ServiceCommand;
  readonly connections: number;
  /** Whether connections start at different times, so that requests are spread over the second. */
  readonly spread: boolean;
  /** Requests for each second, in total. */
  readonly predictions: number;
  readonly observeRequests: number;
  /** Observations in a request. */
  readonly observations: number;
  /** The number of pairs of phases (without load, with load), and the seconds of each phase. */
  readonly phases: number;
  readonly seconds: number;
  readonly warmUp: number;
}

/** The results of a pair of phases, in seconds. */
export interface ServicePhase {
  /** A training step. */
  readonly quietStep: number;
  readonly loadedStep: number;
  /** 99th percentiles. */
  readonly quietDelay: number;
  readonly loadedDelay: number;
  readonly predict: number;
}

const settle = 1; // s

/** Connections that make `rate` requests a second together: each sends its share at the start of its own second. */
async function cannon(
  url: string,
  bodies: readonly string[],
  options: { connections: number; rate: number; duration: number },
  times: number[],
): Promise<Result> {
  const run = autocannon(
    {
      url,
      connections: options.connections,
      duration: options.duration,
      overallRate: options.rate,
      requests: bodies.map((body) => ({ method: 'POST', headers, body })),
    },
    () => undefined,
  );
  // The result of autocannon has these times in whole milliseconds only.
  run.on('response', (_client, _status, _bytes, time) => times.push(time));
  return new Promise((resolve) => run.once('done', resolve));
}

/** Sends both kinds of requests; resolves to the times of predictions in ms. */
async function load(url: string, trial: ServiceTrial, duration: number): Promise<number[]> {
  const times: number[] = [];
  const bodies = several(predictBody);
  const { connections, predictions: rate } = trial;
  const observing = { connections: 2, rate: trial.observeRequests, duration };
  const observeBodies = several(() => observeBody(trial.observations));
  const runs = [cannon(`${url}/observe`, observeBodies, observing, [])];
  const groups = trial.spread ? connections : 1;
  for (let i = 0; i < groups; i++) {
    const share = { connections: connections / groups, rate: rate / groups, duration };
    runs.push(cannon(`${url}/predict`, bodies, share, times));
    await sleep(1000 / groups);
  }
  for (const { errors, timeouts, non2xx } of await Promise.all(runs)) {
    if (errors + timeouts + non2xx === 0) continue;
    throw new Error(
      `service: expected good answers only, got ${errors} errors, ${timeouts} timeouts, ${non2xx} refusals`,
    );
  }
  return times;
}

/** Seconds for each step, and the delay of the event loop, during a phase. */
async function measure(service: ServiceProcess, seconds: number) {
  await service.resetMetrics();
  await sleep(1000 * seconds);
  const { stepsPerSecond, eventLoopDelay } = await service.metrics();
  return { step: 1 / (stepsPerSecond ?? 0), delay: eventLoopDelay.p99 / 1000 };
}

async function phase(service: ServiceProcess, trial: ServiceTrial): Promise<ServicePhase> {
  await sleep(1000 * settle);
  const quiet = await measure(service, trial.seconds);
  // The last connection starts up to a second after the first.
  const loading = load(service.url, trial, trial.seconds + 1 + settle);
  await sleep(1000 * (1 + settle / 2));
  const loaded = await measure(service, trial.seconds);
  const times = (await loading).sort((a, b) => a - b);
  return {
    quietStep: quiet.step,
    loadedStep: loaded.step,
    quietDelay: quiet.delay,
    loadedDelay: loaded.delay,
    predict: times[Math.floor(0.99 * times.length)] / 1000,
  };
}

async function main(): Promise<void> {
  const trial = readTrial() as ServiceTrial;
  const service = await ServiceProcess.start(trial.command);
  try {
    await service.feed();
    await load(service.url, trial, trial.warmUp);
    const phases: ServicePhase[] = [];
    for (let i = 0; i < trial.phases; i++) phases.push(await phase(service, trial));
    report({ phases });
  } finally {
    await service.end();
  }
}

void main();
