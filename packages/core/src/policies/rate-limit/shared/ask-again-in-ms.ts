import type { LeaseRule } from './lease-rule.js';

/** The longest pause between two questions while the quota is spent. */
const LONGEST_MS = 200;
/** The least part of the time in which one token comes back that hosts spread their questions over. */
const LEAST_SPREAD = 1 / 8;

export interface Asking {
  readonly rule: Pick<LeaseRule, 'refills' | 'ratePerMs' | 'grainMs' | 'slackMs'>;
  /** How many hosts draw from it, this one included. */
  hosts(): number;
  random(): number;
}

/**
 * How long a host waits until it asks again, where the store has said after how long there are tokens, or 0. Hosts that
 * wait for the same ones do not ask at the same moment, nor all of them more often than four times for each token,
 * unless some would be lost meanwhile.
 */
export function askAgainInMs({ rule, hosts, random }: Asking, retryAfterMs: number): number {
  const count = hosts();
  // One that is alone gets the next token when it is there; and where that is not known, it looks.
  if (count === 1 && retryAfterMs > 0) return retryAfterMs;
  const turnMs = Math.min(count / rule.ratePerMs / 4, LONGEST_MS, rule.slackMs);
  const leastMs = rule.refills ? turnMs : Math.max(rule.grainMs, turnMs);
  const spreadMs = Math.min(rule.grainMs, LONGEST_MS, Math.max(turnMs, rule.grainMs * LEAST_SPREAD));
  return Math.max(retryAfterMs, leastMs) + random() * spreadMs;
}
