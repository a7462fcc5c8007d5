import type { ResilientProvider } from '@breakwater/core';

/** How often a circuit that does not close by itself is looked at, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** A wait that is shorter is for the jobs that are next to stand in line. */
const SHORT_MS = 1000;
const LONGEST_LOOK_MS = 5000;

/** Why no job of a provider is claimed at the moment, and when to look again. */
export interface Hold {
  readonly why: 'circuit-open' | 'rate-limited' | 'paused' | 'driver-unavailable';
  readonly reason?: string | undefined;
  readonly lookInMs: number;
}

/** How many of a provider's jobs may be begun, or why none. */
export function roomAt(provider: ResilientProvider, room: number, running: number): number | Hold {
  if (!provider.enabled) return room;
  const state = provider.circuitBreaker?.state;
  if (state === 'open' || state === 'isolated') return { why: 'circuit-open', lookInMs: LOOK_EVERY_MS };
  const waitMs = provider.rateLimit?.snapshot().waitMs ?? 0;
  if (waitMs > SHORT_MS) return { why: 'rate-limited', lookInMs: Math.min(waitMs, LONGEST_LOOK_MS) };
  if (state === 'half-open') return running === 0 ? 1 : 0;
  return room;
}
