import type { AxiosResponse } from 'axios';
import type { Store } from '@breakwater/core';
import type { LiveProvider } from '@breakwater/core/adapter';
import { TestClock } from '@breakwater/core/testing';
import type { HttpOptions, ProviderOptions } from '@breakwater/nestjs';
import { createHttpService } from '../../src/clients/http/create-http-service.js';
import { startResilience } from '../start-resilience.fixture.js';
import { DatedServer } from './dated-server.fixture.js';

/** A request as both clients can make it. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cache?: string;
  readonly signal?: AbortSignal;
}

/** An answer as both clients have it. */
export interface Got {
  readonly status: number;
  readonly text: string;
  /** One header, `null` where it is not there. */
  header(name: string): string | null;
}

/** Sends a request by one of the clients. */
export type Ask = (asked?: Asked) => Promise<Got>;

export const CLIENTS = ['fetch', 'axios'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** Both HTTP clients of a provider with a cache, on a clock that stands still. */
export class CachingClients {
  readonly clock = new TestClock();
  readonly server = new DatedServer(this.clock);
  private readonly started: { close(): Promise<void> }[] = [];

  /** A host of its own each time. */
  async start(
    client: ClientName,
    { http = {}, options = {}, store }: { http?: HttpOptions; options?: ProviderOptions; store?: Store } = {},
  ): Promise<{ readonly ask: Ask; readonly provider: LiveProvider }> {
    const shop = { http: { baseUrl: this.server.origin, cache: true, ...http }, ...options };
    const given = { clock: this.clock, logger: false, providers: { shop }, ...(store && { store }) } as const;
    const { parts } = startResilience(given);
    this.started.push(parts);
    const provider = parts.registry.provider('shop');
    if (client === 'fetch') return { provider, ask: (asked) => byFetch(provider.fetch, asked) };
    const { axiosRef } = await createHttpService(parts, 'shop');
    const ask: Ask = async ({ method = 'GET', path = '/', headers = {}, cache, signal } = {}) =>
      gotByAxios(
        await axiosRef.request<string>({
          ...{ method, url: path, headers: { ...headers }, responseType: 'text', validateStatus: null },
          ...(cache !== undefined && { fetchOptions: { cache } }),
          ...(signal && { signal }),
        }),
      );
    return { provider, ask };
  }

  async close(): Promise<void> {
    this.server.close();
    for (const each of this.started.splice(0)) await each.close();
  }
}

async function byFetch(fetch: typeof globalThis.fetch, { path = '/', cache, ...init }: Asked = {}): Promise<Got> {
  const response = await fetch(path, { ...init, ...(cache !== undefined && { cache }) } as RequestInit);
  return { status: response.status, text: await response.text(), header: (name) => response.headers.get(name) };
}

function gotByAxios({ status, data, headers }: AxiosResponse<string>): Got {
  return { status, text: data, header: (name) => (headers[name.toLowerCase()] as string | undefined) ?? null };
}
