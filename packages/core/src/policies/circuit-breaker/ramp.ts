import type { LiveCall } from '../../engine/live-call.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import type { CircuitBreakerSnapshot } from './circuit-breaker.telemetry.js';
import { spanMs } from './span-ms.js';

/** The unit in which shares are counted: whole numbers add up exactly. */
const PARTS = 1_000_000;

type Terms = NonNullable<CircuitBreakerSettings['ramp']>;

/**
 * The time after a trial has succeeded, when a closed circuit lets a growing share of the calls through (slow start):
 * of every ten at a share of 0.3 exactly three. Times are monotonic milliseconds.
 */
export class Ramp {
  readonly name = 'closed';
  private readonly since: number;
  /** Each call brings its share of one, in parts, and the call that makes it whole is let through. The first does. */
  private credit: number;

  /** A ramp that has `leftMs` to go. */
  constructor({ over, from }: Terms, now: number, leftMs = over) {
    this.since = now - Math.max(0, over - leftMs);
    this.credit = PARTS - partsOf(from);
  }

  /** Lets a call through; `false` when its share is not whole yet. */
  admit(terms: Terms, call: LiveCall): boolean {
    this.credit += this.partsAt(terms, call.now);
    if (this.credit < PARTS) return false;
    this.credit -= PARTS;
    call.nested.admittedBy = this;
    return true;
  }

  /** How long it goes on, in milliseconds; 0 when every call is let through. */
  leftMs({ over }: Terms, now: number): number {
    return Math.max(0, this.since + over - now);
  }

  /** The share of the calls that is let through, and for how much longer it is not all of them. */
  shown(terms: Terms, now: number): NonNullable<CircuitBreakerSnapshot['ramp']> {
    return { share: this.partsAt(terms, now) / PARTS, leftMs: Math.ceil(spanMs(now, now + this.leftMs(terms, now))) };
  }

  private partsAt({ over, from }: Terms, now: number): number {
    const least = partsOf(from);
    // Multiplied before it is divided: so whole shares stay whole.
    return least + Math.floor(((PARTS - least) * Math.min(now - this.since, over)) / over);
  }
}

/** A share in parts, of which it has at least one. */
function partsOf(share: number): number {
  return Math.max(1, Math.round(share * PARTS));
}
