import type { HttpService } from '@nestjs/axios';
import type { ResilienceParts } from '../../providers/resilience-parts.js';
import { takeBack } from './announced-request.js';
import type { AxiosAnswer, AxiosInstance } from './axios-types.js';
import { boundStream } from './bound-stream.js';
import { httpSection } from './http.section.js';
import { loadHttpClient } from './load-http-client.js';
import { redactError } from './redact-error.js';
import { RequestPreparation } from './request-preparation.js';

/** The HTTP client of one provider, which must have `http` settings. Settings and secrets are read for each request. */
export async function createHttpService(parts: ResilienceParts, provider: string): Promise<HttpService> {
  const { HttpService, axios } = await loadHttpClient(provider);
  const { baseUrl } = parts.sections.get(provider, httpSection)!;
  const instance = axios.create(baseUrl === undefined ? {} : { baseURL: baseUrl });
  const { prepare } = new RequestPreparation({ parts, provider, axios }, instance);
  instance.interceptors.request.use(prepare, rethrow, { synchronous: true });
  observeResponses(instance, parts, provider);
  return new HttpService(instance);
}

/** Older versions of axios call it where a step that waits for nothing throws. */
function rethrow(error: unknown): never {
  throw error;
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
      takeBack(error);
      if (error.response !== undefined) {
        observe(error.response);
        boundStream(error.response, provider);
      }
      throw redactError(error);
    },
  );
}
