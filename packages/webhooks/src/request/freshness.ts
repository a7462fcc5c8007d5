import { types } from 'node:util';
import { parseDuration } from '../encoding/parse-duration.js';
import { parseTimestamp } from '../encoding/parse-timestamp.js';
import type { TimestampPlan } from '../definition/sender-plan.js';
import { reject, type Rejection } from '../contract/verification.js';
import { wallClock } from '../encoding/wall-clock.js';
import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

/** The caller's options about time. */
export interface FreshnessOptions {
  /** A `Date` or epoch milliseconds. Default: now. */
  readonly now?: Date | number;
  /** Largest distance of the sender's time from `now`, past and future. Default: the sender's own rule. */
  readonly tolerance?: string | number;
}

/** How far a timestamp may be from the present. */
export class Freshness {
  #nowMs: number | undefined;
  private readonly toleranceMs: number | undefined;

  constructor({ now, tolerance }: FreshnessOptions) {
    if (now !== undefined) this.#nowMs = epochMs(now);
    this.toleranceMs = tolerance === undefined ? undefined : parseDuration(tolerance, 'The option "tolerance"');
  }

  /** The clock is read when it is first asked for. */
  get nowMs(): number {
    return (this.#nowMs ??= wallClock());
  }

  /** The timestamp in epoch milliseconds, if it is one and is near enough. */
  check(rule: Pick<TimestampPlan, 'unit' | 'toleranceMs'>, text: string | undefined): number | Rejection {
    if (text === undefined || text === '') return reject('missing', 'there is no timestamp');
    const sentAtMs = parseTimestamp(text, rule.unit);
    if (sentAtMs === undefined) return reject('malformed', `the timestamp is not one in the unit ${rule.unit}`);
    const ageMs = this.nowMs - sentAtMs;
    const toleranceMs = this.toleranceMs ?? rule.toleranceMs;
    if (ageMs > toleranceMs)
      return reject('stale', `the timestamp is too old: ${seconds(ageMs)} s, ${seconds(toleranceMs)} s are allowed`);
    if (-ageMs > toleranceMs)
      return reject(
        'stale',
        `the timestamp is ${seconds(-ageMs)} s in the future, ${seconds(toleranceMs)} s are allowed: is a clock wrong?`,
      );
    return sentAtMs;
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

/** Epoch milliseconds of a `Date`, a number, or now. */
export function epochMs(now: Date | number | undefined): number {
  if (now === undefined) return wallClock();
  const value = typeof now === 'number' || !types.isDate(now) ? now : now.getTime();
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new WebhookConfigurationError('The option "now" is no time: give a Date or epoch milliseconds.');
}
