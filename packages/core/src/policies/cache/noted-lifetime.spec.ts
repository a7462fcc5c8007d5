import { describe, expect, it } from '@jest/globals';
import { AnswerNotes, type NotedLifetime } from '../../engine/answer-notes.js';
import { readSettings } from '../../settings/read-settings.js';
import { cacheSchema, type CacheOptions } from './cache.options.js';
import { lifetimeOf, notesFor } from './noted-lifetime.js';

function settingsOf(options: Partial<CacheOptions>) {
  return readSettings(cacheSchema, { ttl: '1m', ...options }, 'cache').settings!;
}

const HEEDED = { honorCacheControl: true, staleWhileRevalidate: 10, staleIfError: 20, staleWhileLimited: 30 } as const;

const NOTED: NotedLifetime = {
  freshForMs: 5000,
  mayBeStale: true,
  staleWhileRevalidateMs: undefined,
  staleIfErrorMs: undefined,
};

/** The lifetime of an answer of which this was noted. */
function lifetime(noted: NotedLifetime | 'none' | undefined, options: Partial<CacheOptions> = HEEDED) {
  const notes = new AnswerNotes(1000);
  notes.lifetime = noted;
  return lifetimeOf(notes, settingsOf(options));
}

describe('the requests of a cached call', () => {
  it.each<[string, Partial<CacheOptions>, boolean]>([
    ['credentials of users, by default', {}, true],
    ['nothing where the answers are the same for all credentials', { varyOnCredential: false }, false],
    ['nothing where `vary` tells users apart', { vary: () => 'user' }, false],
    ['nothing where `key` tells questions apart', { key: () => 'question' }, false],
    ['lifetimes where they are heeded, whatever tells users apart', { honorCacheControl: true, key: () => 1 }, true],
  ])('are looked at for %s', (_name, options, looked) => {
    expect(notesFor(settingsOf(options)) !== undefined).toBe(looked);
  });
});

describe('the lifetime of an answer', () => {
  it('is what its response says, with the settings where that says nothing', () => {
    expect(lifetime(NOTED)).toEqual({
      ttl: 5000,
      staleWhileRevalidate: 10,
      staleIfError: 20,
      staleWhileLimited: 30,
    });
    expect(lifetime({ ...NOTED, staleWhileRevalidateMs: 1, staleIfErrorMs: 0 })).toEqual({
      ttl: 5000,
      staleWhileRevalidate: 1,
      staleIfError: 0,
      staleWhileLimited: 30,
    });
  });

  it('ends when it is no longer fresh where its response says so', () => {
    expect(lifetime({ ...NOTED, mayBeStale: false, staleIfErrorMs: 9 })).toEqual({
      ttl: 5000,
      staleWhileRevalidate: 0,
      staleIfError: 0,
      staleWhileLimited: 0,
    });
  });

  it('is none where it must not be kept', () => {
    expect(lifetime('none')).toBe('none');
  });

  it.each<[string, NotedLifetime | 'none' | undefined, Partial<CacheOptions>]>([
    ['no response was seen', undefined, HEEDED],
    ['responses are not heeded', NOTED, {}],
    ['responses are not heeded, whatever they forbid', 'none', {}],
  ])('is that of the settings where %s', (_name, noted, options) => {
    expect(lifetime(noted, options)).toBeUndefined();
  });

  it('is that of the settings where nothing was noted at all', () => {
    expect(lifetimeOf(undefined, settingsOf(HEEDED))).toBeUndefined();
  });
});
