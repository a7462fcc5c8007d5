import { describe, expect, it } from '@jest/globals';
import { readRate } from '../rate-reading.js';
import { findProfile, rateProfiles } from './index.js';

const WALL_NOW = Date.UTC(2026, 0, 1);

describe.each(rateProfiles.map((profile) => [profile.name, profile] as const))('rate profile %s', (_name, profile) => {
  it('names the page that says so, and has answers to show for it', () => {
    expect(new URL(profile.source).protocol).toBe('https:');
    expect(profile.vectors.length).toBeGreaterThan(0);
  });

  it.each(profile.vectors)('reads %j', ({ status, headers, body, quotas, ...expected }) => {
    const read = readRate({ status, headers, body }, WALL_NOW, profile);
    expect(read).toMatchObject(expected);
    expect(read.quotas).toMatchObject(quotas ?? [...read.quotas]);
  });

  it.each([undefined, null, 'text', 7, [], {}, { errors: [null, 3], data: null, extensions: 'x', error: 5 }])(
    'makes nothing of a body such as %j',
    (body) => {
      const read = readRate({ status: 200, headers: { date: 'x' }, body }, WALL_NOW, profile);
      expect(read).toMatchObject({ quotas: [], throttled: false });
    },
  );
});

describe('rate profiles', () => {
  it('are not asked for where the headers are their provider’s own', () => {
    for (const { telltale, vectors } of rateProfiles) {
      for (const { status, headers, body, quotas } of vectors) {
        if (telltale === undefined || quotas === undefined) continue;
        expect(readRate({ status, headers, body }, WALL_NOW).quotas).toMatchObject(quotas);
      }
    }
  });

  it('have names of their own, by which they are found', () => {
    expect(new Set(rateProfiles.map(({ name }) => name)).size).toBe(rateProfiles.length);
    for (const profile of rateProfiles) expect(findProfile(profile.name)).toBe(profile);
    expect(findProfile('nowhere')).toBeUndefined();
  });
});
