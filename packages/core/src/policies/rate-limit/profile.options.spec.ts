import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { isProfileName, isReader, PROFILE_NAMES, profileOf } from './profile.options.js';
import { rateLimitSchema } from './rate-limit.options.js';

function read(given: object) {
  return readSettings(rateLimitSchema, { limit: 10, per: '1s', ...given }, 'rateLimit');
}

function faultsOf(given: object): readonly string[] {
  return read(given).faults?.map(({ path, message }) => `${path}: ${message}`) ?? [];
}

const quotas = () => [];

describe('the profile of a provider', () => {
  it('is one that is known by its name, or an object that reads responses', () => {
    for (const name of PROFILE_NAMES)
      expect([isProfileName(name), profileOf(name as never)?.name]).toEqual([true, name]);
    expect(['unknown', '', 5, undefined, null, {}].map(isProfileName)).toEqual(Array(6).fill(false));
    expect(isReader({ quotas })).toBe(true);
    expect([{}, null, undefined, 'quotas', quotas, { quotas: 5 }].map(isReader)).toEqual(Array(6).fill(false));
    expect(profileOf(undefined)).toBeUndefined();
  });

  it.each(['unknown', {}, { quotas: 5 }, 5])('is refused with the names that there are: %j', (profile) => {
    const [fault, ...others] = faultsOf({ profile });
    expect(others).toEqual([]);
    for (const name of PROFILE_NAMES) expect(fault).toContain(`'${name}'`);
    expect(fault).toMatch(/expected one of '\w+', '.*', or an object with a function quotas$/);
  });

  it('of the user’s own reads quotas from what the client has, and names those that have no name', () => {
    const seen: unknown[] = [];
    const profile = profileOf({
      quotas: (response) => {
        seen.push(response.status, response.body, response.header('X-Left'));
        return [
          { limit: 10, remaining: 4 },
          { limit: 10, remaining: Number.NaN },
          { name: 'day', limit: 100, remaining: 40 },
        ] as never;
      },
    })!;
    const text = (name: string) => (name === 'x-left' ? '4' : undefined);
    const answer = { status: 200, headers: {}, body: { left: 4 }, text };
    expect(profile.quotas!(answer as never)).toEqual([
      { name: '0', limit: 10, remaining: 4 },
      { name: 'day', limit: 100, remaining: 40 },
    ]);
    expect(seen).toEqual([200, { left: 4 }, '4']);
    expect(profile).toMatchObject({ name: 'own', source: 'the settings', replaces: true, vectors: [] });
  });
});

describe('the pause after a 429', () => {
  it.each<[object, object]>([
    [{}, { pause: 1000, pauseIsGiven: false, maxPause: 60_000 }],
    [{ pause: '2s' }, { pause: 2000, pauseIsGiven: true, maxPause: 60_000 }],
    [{ pause: '2m' }, { pause: 120_000, pauseIsGiven: true, maxPause: 120_000 }],
    [
      { pause: '2s', maxPause: '2s' },
      { pause: 2000, pauseIsGiven: true, maxPause: 2000 },
    ],
    [{ maxPause: '10s' }, { pause: 1000, pauseIsGiven: false, maxPause: 10_000 }],
  ])('of %j', (given, pause) => {
    expect(read(given).settings).toMatchObject({ limit: pause });
  });

  it.each([
    [{ pause: '2s', maxPause: '1s' }, 'maxPause: 1000 given; expected at least pause (2000)'],
    [{ pause: 0 }, 'pause: 0 given; expected a duration'],
    [{ maxPause: 0, pause: '1s' }, 'maxPause: 0 given; expected a duration'],
  ])('is refused: %j', (given, fault) => {
    const [only, ...others] = faultsOf(given);
    expect(only).toContain(`rateLimit.${fault}`);
    expect(others).toEqual([]);
  });
});
