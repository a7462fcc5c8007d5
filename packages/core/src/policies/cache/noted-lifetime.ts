import { AnswerNotes } from '../../engine/answer-notes.js';
import type { CacheSettings } from './cache.options.js';
import type { Lifetime } from './kept-answers.js';

/** Asks for remarks on the requests of a call; `undefined` where none would change anything. */
export function notesFor({ honorCacheControl, varyOnCredential, vary, key, ttl }: CacheSettings) {
  if (honorCacheControl) return new AnswerNotes(ttl);
  return varyOnCredential && vary === undefined && key === undefined ? new AnswerNotes(undefined) : undefined;
}

/** The lifetime that the responses to a call's requests name; `'none'`: the answer is not to be kept. */
export function lifetimeOf(notes: AnswerNotes | undefined, settings: CacheSettings): Lifetime | 'none' | undefined {
  const noted = settings.honorCacheControl ? notes?.lifetime : undefined;
  if (noted === undefined || noted === 'none') return noted;
  const { freshForMs: ttl, mayBeStale } = noted;
  if (!mayBeStale) return { ttl, staleWhileRevalidate: 0, staleIfError: 0, staleWhileLimited: 0 };
  return {
    ttl,
    staleWhileRevalidate: noted.staleWhileRevalidateMs ?? settings.staleWhileRevalidate,
    staleIfError: noted.staleIfErrorMs ?? settings.staleIfError,
    staleWhileLimited: settings.staleWhileLimited,
  };
}
