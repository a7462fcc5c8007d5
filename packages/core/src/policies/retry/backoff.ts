import type { RetrySettings } from './retry.options.js';

/** How much longer than the last one a decorrelated wait is at most. */
const DECORRELATED_GROWTH = 3;

/**
 * How long to wait after the given attempt failed, in milliseconds: jitter first, the cap last, never NaN or negative.
 * `previousMs` is how long the backoff before it was, where there was one.
 */
export function backoffMs(
  backoff: RetrySettings['backoff'],
  { attempt, previousMs = backoff.initial }: { readonly attempt: number; readonly previousMs?: number | undefined },
  random: () => number,
): number {
  const { kind, initial, jitter, max } = backoff;
  if (kind === 'decorrelated') {
    return Math.min(max, initial + (previousMs * DECORRELATED_GROWTH - initial) * random());
  }
  const base = Math.min(growth(backoff, attempt), max);
  if (jitter === 'none') return base;
  return Math.min(max, jitter === 'full' ? base * random() : base / 2 + (base / 2) * random());
}

function growth({ kind, initial, factor }: RetrySettings['backoff'], attempt: number): number {
  if (initial === 0 || kind === 'constant') return initial;
  return kind === 'linear' ? initial * attempt : initial * factor ** (attempt - 1);
}
