import type { Provider } from '@nestjs/common';
import type { HttpService } from '@nestjs/axios';
import { settings } from '@breakwater/core/adapter';
import { getHttpToken } from '../../inject/get-http-token.js';
import { requestedNames } from '../../inject/injected-names.js';
import { unavailable } from '../../inject/unavailable.js';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { httpSection } from './http.section.js';
import { createHttpService } from './create-http-service.js';

/** Nest providers for every `@InjectHttp` and `getHttpToken` so far. */
export function httpProviders(): Provider[] {
  return requestedNames('http').map((name) => ({
    provide: getHttpToken(name),
    useFactory: (parts: ResilienceParts) => httpServiceOrReason(parts, name),
    inject: [ResilienceParts],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
async function httpServiceOrReason(parts: ResilienceParts, name: string): Promise<HttpService> {
  try {
    parts.registry.provider(name);
  } catch (error) {
    return unavailable(error as Error);
  }
  if (parts.sections.get(name, httpSection) !== undefined) return createHttpService(parts, name);
  const shown = settings.shownUserName(name);
  return unavailable(new Error(`@InjectHttp('${shown}'): the provider '${shown}' has no http settings`));
}
