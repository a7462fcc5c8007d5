import type { HttpService } from '@nestjs/axios';
import { ResilientProvider } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { InjectHttp } from '../src/clients/http/inject-http.decorator.js';
import { ResilienceParts } from '../src/providers/resilience-parts.js';
import { startResilience } from './start-resilience.fixture.js';
import { getHttpToken } from '../src/inject/get-http-token.js';
import { getProviderToken } from '../src/inject/get-provider-token.js';
import { InjectProvider } from '../src/inject/inject-provider.decorator.js';
import { injectableProviders } from '../src/composition/injectable-providers.js';
import { injectedNames } from '../src/inject/injected-names.js';

@Injectable()
class Base {
  @InjectProvider('payments')
  readonly payments!: ResilientProvider;
}

@Injectable()
class Client extends Base {
  constructor(
    @InjectHttp('payments') readonly http: HttpService,
    @InjectHttp('typo') readonly wrong: HttpService,
    @InjectHttp('chat') readonly chat: HttpService,
    @Inject(getProviderToken('typo')) readonly provider: ResilientProvider,
  ) {
    super();
  }
}

async function start(): Promise<Client> {
  const { parts } = startResilience({ providers: { payments: { http: { baseUrl: 'http://x' } }, chat: {} } });
  const module = await Test.createTestingModule({
    providers: [{ provide: ResilienceParts, useValue: parts }, ...injectableProviders(), Client],
  }).compile();
  await module.init();
  return module.get(Client);
}

describe('injection by name', () => {
  it('gives the provider, and an HTTP client with its base URL', async () => {
    const client = await start();
    expect(client.payments).toBeInstanceOf(ResilientProvider);
    expect(client.http.axiosRef.defaults.baseURL).toBe('http://x');
  });

  it('says so where a provider is used that does not exist', async () => {
    const client = await start();
    expect(() => client.wrong.get('/')).toThrow(/'typo'.*known are 'payments', 'chat'/);
    expect(() => client.provider.execute(async () => 1)).toThrow(/'typo'/);
    expect(() => client.chat.get('/')).toThrow(/'chat' has no http settings/);
  });

  it('remembers where each name stands', () => {
    expect(injectedNames(Client)).toEqual([
      { kind: 'http', name: 'chat', where: 'Client (parameter 3)' },
      { kind: 'http', name: 'typo', where: 'Client (parameter 2)' },
      { kind: 'http', name: 'payments', where: 'Client (parameter 1)' },
      { kind: 'provider', name: 'payments', where: 'Base.payments' },
    ]);
    expect(injectedNames(class {})).toEqual([]);
  });

  it('has tokens that do not depend on the copy of the package', () => {
    expect(getProviderToken('a')).toBe('ResilienceProvider_a');
    expect(getHttpToken('a')).toBe('ResilienceHttp_a');
  });
});
