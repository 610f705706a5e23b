/**
 * The rounds of a search. Successive halving (Jamieson and Talwalkar 2016) decides which trials continue only when all
 * trials of a round have ended, so that the results do not depend on the number of workers. A trial that continues runs
 * again from its start: this takes up to 1 / (eta - 1) more epochs, but only running trials hold a model in memory, and
 * every trial that is recorded can be repeated alone.
 */
import type { Outcome } from './trial';

/** A round: how many trials run, and after which epoch they end. */
export interface Round {
  readonly trials: number;
  readonly budget: number;
}

/** The rounds of successive halving. The last one runs complete trials. */
export function halvingRounds(trials: number, epochs: number, eta: number): Round[] {
  const rounds: Round[] = [{ trials, budget: Infinity }];
  // Not by logarithms, which round.
  for (let scale = eta; trials >= scale && epochs >= scale; scale *= eta) {
    const budget = Math.max(1, Math.round(epochs / scale));
    rounds.unshift({ trials: 0, budget });
  }
  return rounds.map(({ budget }, i) => ({ budget, trials: Math.floor(trials / eta ** i) }));
}

/** What a trial is at the end of a round, by a run that may have been longer; null if that run does not say. */
export function outcomeAt(outcome: Outcome, budget: number): Outcome | null {
  const last = outcome.reports.findIndex(([epoch]) => epoch >= budget);
  if (last >= 0) {
    const reports = outcome.reports.slice(0, last + 1);
    return { status: 'pruned', value: reports[last][1], reports, seconds: outcome.seconds };
  }
  return outcome.status === 'complete' ? outcome : null;
}

/** Compares values: negative if `a` is better. NaN and infinities are the worst. */
export function compareValues(mode: 'min' | 'max', a: number, b: number): number {
  const finite = Number(Number.isFinite(b)) - Number(Number.isFinite(a));
  if (finite !== 0 || !Number.isFinite(a)) return finite;
  return mode === 'min' ? a - b : b - a;
}
