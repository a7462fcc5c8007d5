import type { IdempotencySettings } from './idempotency.options.js';

/** How a call goes on whose operation an earlier run may have done. */
export type ReactionToDoubt = 'repeat' | 'probe' | 'refuse';

type Said = Pick<IdempotencySettings, 'whenUnknown' | 'probe' | 'window' | 'header' | 'body' | 'variable'>;

/**
 * As the settings say; by default it is probed where that can be done, repeated where the provider gets the key, and
 * refused otherwise. A provider that has forgotten the key takes a repetition for a new request: once its window is
 * over, `repeat` becomes the next best. `sinceMs` is how long ago the first run began.
 */
export function reactionToDoubt(settings: Said, sinceMs: number): ReactionToDoubt {
  const { whenUnknown, probe, window } = settings;
  const otherwise = probe === undefined ? 'refuse' : 'probe';
  const wanted = whenUnknown ?? (probe === undefined && sendsKey(settings) ? 'repeat' : otherwise);
  return wanted === 'repeat' && window !== undefined && sinceMs >= window ? otherwise : wanted;
}

/** Whether the provider gets the key at all. */
export function sendsKey({ header, body, variable }: Pick<Said, 'header' | 'body' | 'variable'>): boolean {
  return header !== false || body !== undefined || variable !== undefined;
}
