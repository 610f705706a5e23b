/** The example service under load: delay of the event loop, response time, and how much slower training is. */
import { bundle } from '../build';
import type { ServicePhase, ServiceTrial } from '../contestants/service';
import type { Options } from '../race';
import { mergeReports, ratioOf, spreadOf, type Figure, type Report } from '../report';
import { figuresOf } from '../runner';
import { writeTrial } from '../trial';
import workloads from '../workloads.json';
import { abuse } from './abuse';
import { budget } from './basics';
import { serviceCommand } from './serviceCommand';

const { connections, predictions, observeRequests, observations, seconds } = workloads.service;
const limits = { delay: 5e-3, predict: 10e-3, speed: 0.9 };

function underLoad(spread: boolean, options: Options): Report {
  const workload =
    `service, ${predictions.toLocaleString('en')} predictions and ` +
    `${observeRequests * observations} observations a second over ${connections} connections, ` +
    (spread ? 'spread' : 'all at once each second');
  const trial: ServiceTrial = {
    ...{ connections, predictions, observeRequests, observations, spread },
    command: serviceCommand(2), // so that every phase has a save
    phases: options.rounds,
    seconds: Math.max(seconds * options.share, 1),
    warmUp: Math.max(10 * options.share, 2), // V8's compilers take the second core for as long
  };
  const program = bundle('service.ts');
  const told = figuresOf([process.execPath, program, writeTrial(workload, trial)], null);
  const phases = told['phases'] as ServicePhase[];
  const of = (name: keyof ServicePhase): number[] => phases.map((one) => one[name]);
  const figure = (name: keyof ServicePhase, contestant: string): Figure => ({
    workload,
    contestant,
    unit: { kind: 'time' },
    ...spreadOf(of(name)),
  });
  const delay = figure('loadedDelay', 'event loop delay, p99');
  const predict = figure('predict', '/predict, p99');
  return {
    figures: [
      delay,
      figure('quietDelay', 'event loop delay, p99, without load'),
      predict,
      figure('loadedStep', 'training step'),
      figure('quietStep', 'training step without load'),
    ],
    ratios: [
      budget(delay, limits.delay, '5 ms limit'),
      budget(predict, limits.predict, '10 ms limit'),
      {
        workload,
        compared: 'training speed, with load / without load',
        ...ratioOf(of('quietStep'), of('loadedStep')),
        target: { atLeast: limits.speed },
      },
    ],
    versions: {},
  };
}

export function service(options: Options): Report {
  return mergeReports([underLoad(true, options), underLoad(false, options), abuse(options)]);
}
