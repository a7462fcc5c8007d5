import { describe, expect, it } from '@jest/globals';
import { reactionToDoubt, sendsKey } from './reaction-to-doubt.js';

const probe = () => undefined;
const header = 'Idempotency-Key';

describe('a call whose operation may have been done', () => {
  it.each([
    ['is repeated where the provider gets the key', { header }, 'repeat'],
    ['is repeated where the key stands in the body', { header: false, body: 'key' }, 'repeat'],
    ['is repeated where the key stands among the variables', { header: false, variable: 'key' }, 'repeat'],
    ['is refused where the provider gets no key', { header: false }, 'refuse'],
    ['is probed where that can be done', { header, probe }, 'probe'],
    ['is probed where the provider gets no key', { header: false, probe }, 'probe'],
    ['is what the settings say: refused', { header, probe, whenUnknown: 'refuse' }, 'refuse'],
    ['is what the settings say: repeated', { header, probe, whenUnknown: 'repeat' }, 'repeat'],
  ] as const)('%s', (_name, settings, reaction) => {
    expect(reactionToDoubt(settings, 1e12)).toBe(reaction);
  });

  it.each([
    ['is repeated while the provider knows the key', { header }, 59, 'repeat'],
    ['is refused once the provider has forgotten it', { header }, 60, 'refuse'],
    ['is probed once the provider has forgotten it', { header, probe, whenUnknown: 'repeat' }, 60, 'probe'],
    ['is refused all the same where the settings say so', { header, probe, whenUnknown: 'refuse' }, 60, 'refuse'],
    ['is refused within the window where the settings say so', { header, probe, whenUnknown: 'refuse' }, 0, 'refuse'],
  ] as const)('with a window: %s', (_name, settings, sinceMs, reaction) => {
    expect(reactionToDoubt({ ...settings, window: 60 }, sinceMs)).toBe(reaction);
  });
});

describe('the key of a call', () => {
  it.each([
    [{ header }, true],
    [{ header: false, body: 'key' }, true],
    [{ header: false, variable: 'key' }, true],
    [{ header: false }, false],
  ] as const)('reaches the provider by %j: %p', (place, sent) => {
    expect(sendsKey(place)).toBe(sent);
  });
});
