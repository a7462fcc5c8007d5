import { describe, expect, it } from '@jest/globals';
import { storeKey } from './store-key.js';

describe('the place of a limit in the store', () => {
  it('is the provider’s, or that of one of its methods', () => {
    expect(storeKey({ provider: 'crm' })).toBe('rateLimit:crm');
    expect(storeKey({ provider: 'crm', operation: 'search' })).toBe('rateLimit:crm:of:search');
  });

  it('is one for each key, which it does not show', () => {
    const [ada, again, bob] = ['ada', 'ada', 'bob'].map((key) => storeKey({ provider: 'crm' }, key));
    expect(ada).toMatch(/^rateLimit:crm:for:[\w-]{22}$/);
    expect(again).toBe(ada);
    expect(bob).not.toBe(ada);
    expect(storeKey({ provider: 'crm', operation: 'search' }, 'ada')).toMatch(/^rateLimit:crm:of:search:for:/);
  });
});
