import http from 'node:http';
import https from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '@breakwater/core/testing';
import type { AxiosRequest } from './axios-types.js';
import { Connections } from './connections.js';
import type { HttpSettings } from './http.options.js';

describe('the agents of a provider, beside those of the process', () => {
  const { globalAgent: standing } = https;
  const request = {} as AxiosRequest;
  let connections: Connections;

  const settings: HttpSettings = { maxSockets: 2 };
  const optionsOf = (agent: unknown) => (agent as { readonly options: object }).options;

  beforeEach(() => {
    connections = new Connections(new TestClock());
  });
  afterEach(() => {
    connections.close();
    https.globalAgent = standing;
  });

  it.each([
    ['directly', settings],
    ['through a proxy', { ...settings, proxy: 'http://proxy.test:3128' }],
  ])('trust whom the process trusts, and keep to their own number of connections: %s', (_name, given) => {
    https.globalAgent = new https.Agent({ ca: 'an authority', minVersion: 'TLSv1.3', maxSockets: 7, timeout: 5 });
    const { httpsAgent } = connections.for(given, request);
    expect(optionsOf(httpsAgent)).toMatchObject({ ca: 'an authority', minVersion: 'TLSv1.3', maxSockets: 2 });
    expect(optionsOf(httpsAgent)).not.toHaveProperty('timeout');
  });

  it('make way for an agent of another kind', () => {
    https.globalAgent = new (class Tracing extends https.Agent {})();
    const { httpAgent, httpsAgent } = connections.for(settings, request);
    expect([httpAgent, httpsAgent]).toEqual([expect.any(http.Agent), undefined]);
  });
});
