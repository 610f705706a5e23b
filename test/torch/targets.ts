/** The functions here that have the name of an operator of PyTorch. */
import * as blasgrad from 'blasgrad';
import { F, nn, optim, Tensor } from 'blasgrad';
import { camel, signatureOf } from './call';
import { inPlaceOnly, notHere, otherNames } from './signatures';

/** An operator of PyTorch's list, as generate/main.py prints it. */
export interface Operator {
  readonly name: string;
  /** `name` or `name:variant`. */
  readonly key: string;
  readonly aliases: readonly string[];
}

export interface Target {
  readonly key: string;
  /** `x.name`, `F.name`, `b.name` (the library itself) or `linalg.name`. */
  readonly target: string;
}

const spaces = ['linalg', 'fft', 'special'];

/** Every function here that has the name of the operator, or of one of its aliases. */
function targetsOf({ name, key, aliases }: Operator): string[] {
  const made = constructorOf(key);
  if (made !== null) return made;
  const other = (otherNames[key] ?? otherNames[name]) as readonly string[] | undefined;
  if (other !== undefined) return [...other];
  if (notHere.has(key)) return [];
  return [...new Set([name, ...aliases].flatMap((torch) => namesakes(torch, key)))];
}

/** Modules, optimizers and schedules have PyTorch's names; null for operators. */
function constructorOf(key: string): string[] | null {
  const [space, name] = key.split('.');
  if (space === 'lrScheduler')
    return name in optim.lrScheduler ? [`optim.lrScheduler.${name}`] : [];
  if (space === 'optim') return name in optim ? [key] : [];
  if (space === 'nn' && name !== 'functional') return name in nn ? [key] : [];
  return null;
}

function namesakes(torch: string, key: string): string[] {
  const library = blasgrad as unknown as Record<string, unknown>;
  const functional = torch.replace(/^nn\.functional\./, '');
  if (functional !== torch) return camel(functional) in F ? [`F.${camel(functional)}`] : [];
  const [space, rest = ''] = torch.split('.');
  if (rest !== '') {
    const owner = library[space];
    const has = spaces.includes(space) && typeof owner === 'object' && owner !== null;
    return has && camel(rest) in owner ? [`${space}.${camel(rest)}`] : [];
  }
  const here = camel(torch);
  const changing = here.endsWith('_') ? here : `${here}_`;
  const found: string[] = [];
  if (here in Tensor.prototype && !here.startsWith('_')) found.push(`x.${here}`);
  else if (inPlaceOnly.has(key) && changing in Tensor.prototype) found.push(`x.${changing}`);
  if (typeof library[here] === 'function') found.push(`b.${here}`);
  if (here in F) found.push(`F.${here}`);
  return found;
}

/** The functions to try, and those that no signature says how to call. */
export function allTargets(operators: readonly Operator[]): {
  targets: Target[];
  missing: Target[];
} {
  const all = operators.flatMap((operator) =>
    targetsOf(operator).map((target) => ({ key: operator.key, target })),
  );
  return {
    targets: all.filter(({ key, target }) => isKnown(key, target)),
    missing: all.filter(({ key, target }) => !isKnown(key, target)),
  };
}

function isKnown(key: string, target: string): boolean {
  return constructorOf(key) !== null || signatureOf(key, target) !== null;
}
