import type { LineWants } from '../allowance.js';
import type { LeasedCount } from './leased-count.js';
import type { LeaseRule } from './lease-rule.js';

/** A count in the store, and this host's part of it. */
export interface Leased {
  readonly rule: LeaseRule;
  readonly count: LeasedCount;
}

/**
 * Has those of `counted` ask the store that lack what the calls in line want, so that a token of one does not run out
 * while another has nothing, or is asked. They come in the order in which a token is lost for longer.
 */
export function seekLeases(now: number, counted: readonly Leased[], line: LineWants): void {
  const at = whenAnswered(now, counted, line);
  const lacking = lackingAt(counted, line, at);
  const spentUntil = Math.max(...lacking.map(({ count }) => count.spentUntil));
  if (spentUntil > now) {
    for (const { count } of counted) count.letGo(now, spentUntil);
    return;
  }
  const only = askedFirst(now, lacking, line);
  let share = 1;
  for (const each of counted) {
    const { rule, count } = each;
    const { all, next } = wantedOf(rule, line);
    const wanted = { all: Math.max(next, Math.floor(all * share)), next, at };
    if (only === undefined || only === each) count.seek(now, wanted);
    // The others need no more than can be used with these.
    if (all > 0) share = Math.min(share, Math.max(next, count.reach(now)) / all);
  }
}

/** When those that have too little now will have been answered: what others hold must last until then. */
function whenAnswered(now: number, counted: readonly Leased[], line: LineWants): number {
  return Math.max(now, ...lackingAt(counted, line, now).map(({ count }) => count.answersAt(now)));
}

function lackingAt(counted: readonly Leased[], line: LineWants, at: number): readonly Leased[] {
  return counted.filter(({ rule, count }) => count.at(at) < wantedOf(rule, line).next);
}

/**
 * Counts that may have nothing are asked one after the other, last the one of which a token is lost for longest. Where
 * a token would run out meanwhile, that holds for those alone whose tokens can be given back.
 */
function askedFirst(now: number, lacking: readonly Leased[], line: LineWants): Leased | undefined {
  const inTime = lacking.every(({ count }) => count.outlastsTrips);
  return lacking.find(({ rule, count }) => (inTime || rule.refills) && count.isScarce(now, wantedOf(rule, line).next));
}

function wantedOf(rule: LeaseRule, { cost, calls, nextCost }: LineWants) {
  return rule.perCall ? { all: calls, next: Math.min(1, nextCost) } : { all: cost, next: nextCost };
}
