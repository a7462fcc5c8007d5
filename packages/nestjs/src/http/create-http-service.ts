import type { HttpService } from '@nestjs/axios';
import { currentCall } from '@breakwater/core';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import type { AxiosAnswer, AxiosInstance, AxiosRequest } from './axios-types.js';
import { httpSection } from './http.section.js';
import { loadHttpClient, type HttpClientPackages } from './load-http-client.js';
import { isSameOrigin, stripOnRedirect } from './origin.js';
import { providerHeaders } from './provider-headers.js';
import { withBothSignals } from './with-both-signals.js';

/** The HTTP client of one provider, which must have `http` settings. Settings and secrets are read for each request. */
export async function createHttpService(parts: ResilienceParts, provider: string): Promise<HttpService> {
  const { HttpService, axios } = await loadHttpClient(provider);
  const instance = axios.create({ baseURL: parts.sections.get(provider, httpSection)!.baseUrl });
  prepareRequests(instance, parts, provider);
  giveUpRequests(instance, axios);
  observeResponses(instance, parts, provider);
  return new HttpService(instance);
}

function prepareRequests(instance: AxiosInstance, parts: ResilienceParts, provider: string): void {
  const baseUrlAtStart = instance.defaults.baseURL;
  instance.interceptors.request.use((config: AxiosRequest) => {
    const { baseUrl } = parts.sections.get(provider, httpSection)!;
    if (config.baseURL === baseUrlAtStart) config.baseURL = baseUrl;
    const method = (config.method ?? 'get').toUpperCase();
    currentCall()?.sending(method);
    if (!isSameOrigin(config, baseUrl)) return config;
    const headers = providerHeaders(parts, provider, method);
    // The strongest come last, and may be written in another case than what they replace.
    for (const [name, value] of Object.entries(headers).toReversed()) {
      if (!config.headers.has(name)) config.headers.set(name, value);
    }
    config.beforeRedirect = stripOnRedirect(baseUrl, Object.keys(headers), config.beforeRedirect);
    return config;
  });
}

/** A request is given up with the call in whose method it is made. */
function giveUpRequests(instance: AxiosInstance, axios: HttpClientPackages['axios']): void {
  instance.interceptors.request.use((config: AxiosRequest) => {
    const signal = currentCall()?.signal;
    if (signal === undefined) return config;
    if (!config.signal) config.signal = signal;
    else config.adapter = withBothSignals(axios.getAdapter(config.adapter, config), signal);
    return config;
  });
}

function observeResponses(instance: AxiosInstance, parts: ResilienceParts, provider: string): void {
  const observe = ({ status, headers }: AxiosAnswer) =>
    parts.registry.provider(provider).observe({ status, headers: headers as Record<string, string> });
  instance.interceptors.response.use(
    (response) => {
      observe(response);
      return response;
    },
    (error: { response?: AxiosAnswer }) => {
      if (error.response !== undefined) observe(error.response);
      throw error;
    },
  );
}
