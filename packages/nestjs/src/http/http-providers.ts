import type { Provider } from '@nestjs/common';
import type { HttpService } from '@nestjs/axios';
import { getHttpToken } from '../inject/get-http-token.js';
import { namesSeen } from '../inject/injected-names.js';
import { unavailable } from '../inject/unavailable.js';
import { Resilience } from '../resilience.js';
import { createHttpService } from './create-http-service.js';

/** Nest providers for every `@InjectHttp` and `getHttpToken` so far. */
export function httpProviders(): Provider[] {
  return namesSeen('http').map((name) => ({
    provide: getHttpToken(name),
    useFactory: (resilience: Resilience) => httpServiceOrReason(resilience, name),
    inject: [Resilience],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
async function httpServiceOrReason(resilience: Resilience, name: string): Promise<HttpService> {
  try {
    resilience.provider(name);
  } catch (error) {
    return unavailable(error as Error);
  }
  if (resilience.section(name, 'http') !== undefined) return createHttpService(resilience, name);
  return unavailable(new Error(`@InjectHttp('${name}'): the provider '${name}' has no http settings`));
}
