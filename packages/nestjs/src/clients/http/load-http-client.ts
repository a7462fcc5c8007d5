import type * as NestAxios from '@nestjs/axios';
import type { AxiosAdapter, AxiosAnswer, AxiosInstance, AxiosRequest } from './axios-types.js';

/** Makes the error for an answer whose status the request does not take. */
export type AxiosErrorClass = new (
  message: string,
  code: string,
  config: AxiosRequest,
  request: unknown,
  response: AxiosAnswer,
) => Error;

export interface HttpClientPackages {
  readonly HttpService: typeof NestAxios.HttpService;
  readonly axios: {
    create(config: { baseURL?: string }): AxiosInstance;
    getAdapter(adapters: AxiosRequest['adapter'], request: AxiosRequest): AxiosAdapter;
    readonly AxiosError: AxiosErrorClass;
  };
}

let loading: Promise<HttpClientPackages> | undefined;

/**
 * The optional peers of `@InjectHttp`, loaded when the first client is made. Throws an error that says what to install.
 */
export async function loadHttpClient(provider: string): Promise<HttpClientPackages> {
  try {
    return await (loading ??= load());
  } catch (cause) {
    const message = `@InjectHttp('${provider}') needs two packages: npm install @nestjs/axios axios`;
    throw new Error(message, { cause });
  }
}

/** One after the other: the second imports the first. */
async function load(): Promise<HttpClientPackages> {
  const { default: axios } = (await import('axios')) as unknown as { default: HttpClientPackages['axios'] };
  const { HttpService } = await import('@nestjs/axios');
  return { HttpService, axios };
}
