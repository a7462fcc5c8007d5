import { describe, expect, it } from '@jest/globals';
import { sections } from '../composition/sections.js';
import { mergeProviderSettings } from './merge-provider-settings.js';

describe('layers of a provider’s settings', () => {
  it.each([
    [{ bearer: 'old' }, { basic: { username: 'a', password: 'b' } }, { basic: { username: 'a', password: 'b' } }],
    [
      { basic: { username: 'a', password: 'b' } },
      { basic: { password: 'c' } },
      { basic: { username: 'a', password: 'c' } },
    ],
    [{ bearer: null, basic: { username: 'a', password: 'b' } }, { bearer: 'new' }, { bearer: 'new' }],
  ])('replace a credential by one of another kind, and change one of the same: %j, %j', (below, above, merged) => {
    const baseUrl = 'https://a.example';
    expect(mergeProviderSettings(sections, { http: { baseUrl, auth: below } }, { http: { auth: above } })).toEqual({
      http: { baseUrl, auth: merged },
    });
  });

  it('replace the definition of a webhook’s sender as a whole', () => {
    const below = { webhook: { sender: { name: 'a', tolerance: '5m' }, secrets: 's' } };
    expect(mergeProviderSettings(sections, below, { webhook: { sender: { name: 'b' } } })).toEqual({
      webhook: { sender: { name: 'b' }, secrets: 's' },
    });
  });
});
