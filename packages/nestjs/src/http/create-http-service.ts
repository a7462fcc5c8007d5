import type { HttpService } from '@nestjs/axios';
import {
  HTTP_DEFAULTS,
  currentLiveCall,
  isSingleUseBody,
  requestHeaders,
  setTraceHeaders,
} from '@breakwater/core/adapter';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import type { AxiosAnswer, AxiosInstance, AxiosRequest } from './axios-types.js';
import { boundStream } from './bound-stream.js';
import { connectionsOf } from './connections.js';
import { httpSection } from './http.section.js';
import { loadHttpClient, type HttpClientPackages } from './load-http-client.js';
import { isSameOrigin, stripOnRedirect } from './origin.js';
import { redactError } from './redact-error.js';
import { withBothSignals } from './with-both-signals.js';

/** The HTTP client of one provider, which must have `http` settings. Settings and secrets are read for each request. */
export async function createHttpService(parts: ResilienceParts, provider: string): Promise<HttpService> {
  const { HttpService, axios } = await loadHttpClient(provider);
  const { baseUrl } = parts.sections.get(provider, httpSection)!;
  const instance = axios.create(baseUrl === undefined ? {} : { baseURL: baseUrl });
  limitRequests(instance, axios, { parts, provider });
  prepareRequests(instance, parts, provider);
  abortRequests(instance, axios);
  observeResponses(instance, parts, provider);
  return new HttpService(instance);
}

function prepareRequests(instance: AxiosInstance, parts: ResilienceParts, provider: string): void {
  const baseUrlAtStart = instance.defaults.baseURL;
  const http = parts.sections.httpOf(provider);
  instance.interceptors.request.use((config: AxiosRequest) => {
    const settings = parts.sections.get(provider, httpSection)!;
    const { baseUrl } = settings;
    if (config.baseURL === baseUrlAtStart && baseUrl !== undefined) config.baseURL = baseUrl;
    const method = (config.method ?? 'get').toUpperCase();
    const call = currentLiveCall();
    call?.sending(method);
    if (isSingleUseBody(config.data)) call?.sendOnce();
    if ((config.maxContentLength ?? -1) < 0)
      config.maxContentLength = settings.maxResponseBytes ?? HTTP_DEFAULTS.maxResponseBytes;
    Object.assign(config, connectionsOf(settings, config, parts.clock));
    setTraceHeaders((name, value) => config.headers.has(name) || config.headers.set(name, value));
    if (baseUrl === undefined || !isSameOrigin(config, baseUrl)) return config;
    const own = requestHeaders(http, settings, { provider, method, call });
    // The strongest come last, and may be written in another case than a header that they replace.
    for (const { name, value, replaces } of own.toReversed()) {
      if (replaces || !config.headers.has(name)) config.headers.set(name, value);
    }
    const names = own.map(({ name }) => name);
    config.beforeRedirect = stripOnRedirect(baseUrl, names, config.beforeRedirect);
    return config;
  });
}

/** Each request draws from the rate limit, where the settings say so. Interceptors run the last one first. */
function limitRequests(
  instance: AxiosInstance,
  axios: HttpClientPackages['axios'],
  { parts, provider }: { parts: ResilienceParts; provider: string },
): void {
  instance.interceptors.request.use((config: AxiosRequest) => {
    if (parts.sections.get(provider, httpSection)!.limitEachRequest !== true) return config;
    const send = axios.getAdapter(config.adapter, config);
    const { requestLimit } = parts.registry.provider(provider);
    config.adapter = (request) => requestLimit.send(() => send(request), request.signal as AbortSignal | undefined);
    return config;
  });
}

/** A request is aborted with the call in whose method it is made. */
function abortRequests(instance: AxiosInstance, axios: HttpClientPackages['axios']): void {
  instance.interceptors.request.use((config: AxiosRequest) => {
    const signal = currentLiveCall()?.signal;
    if (signal === undefined) return config;
    if (!config.signal) config.signal = signal;
    else config.adapter = withBothSignals(axios.getAdapter(config.adapter, config), signal);
    return config;
  });
}

function observeResponses(instance: AxiosInstance, parts: ResilienceParts, provider: string): void {
  const observe = ({ status, headers }: AxiosAnswer) => {
    const observed = parts.registry.provider(provider);
    if (!observed.seesAnswers) observed.observe({ status, headers: headers as Record<string, string> });
  };
  instance.interceptors.response.use(
    (response) => {
      observe(response);
      return boundStream(response, provider);
    },
    (error: { response?: AxiosAnswer }) => {
      if (error.response !== undefined) {
        observe(error.response);
        boundStream(error.response, provider);
      }
      throw redactError(error);
    },
  );
}
