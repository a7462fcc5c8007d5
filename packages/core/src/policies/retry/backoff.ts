import type { RetrySettings } from './retry.options.js';

/** How long to wait after the given attempt failed, in milliseconds: jitter first, the cap last, never NaN or negative. */
export function backoffMs(backoff: RetrySettings['backoff'], attempt: number, random: () => number): number {
  const { jitter, max } = backoff;
  const base = Math.min(growth(backoff, attempt), max);
  if (jitter === 'none') return base;
  return Math.min(max, jitter === 'full' ? base * random() : base / 2 + (base / 2) * random());
}

function growth({ kind, initial, factor }: RetrySettings['backoff'], attempt: number): number {
  if (initial === 0 || kind === 'constant') return initial;
  return kind === 'linear' ? initial * attempt : initial * factor ** (attempt - 1);
}
