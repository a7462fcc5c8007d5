import { describe, expect, it } from '@jest/globals';
import { secretSourceContract } from '../testing/index.js';
import { envSecrets } from './env-secrets.js';

secretSourceContract(async () => {
  const environment: Record<string, string | undefined> = {};
  return {
    source: envSecrets({ environment }),
    set: (name, value) => void (environment[name] = value),
    remove: (name) => void delete environment[name],
  };
});

describe('envSecrets', () => {
  it('reads the variables of its prefix', async () => {
    const source = envSecrets({ prefix: 'SHOP_', environment: { SHOP_API_KEY: 'of the shop', API_KEY: 'another' } });
    expect(await source.get('API_KEY')).toMatchObject({ value: 'of the shop' });
  });

  it('takes an empty variable for none', async () => {
    expect(await envSecrets({ environment: { API_KEY: '' } }).get('API_KEY')).toBeUndefined();
  });

  it('refuses unknown options, and shows nothing of what was given', () => {
    expect(() => envSecrets({ prefix: ['sk_live_1'] } as never)).toThrow('envSecrets.prefix: a list given; expected');
  });
});
