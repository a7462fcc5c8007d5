import type { Provider } from '@nestjs/common';
import { getFetchToken } from '../../inject/get-fetch-token.js';
import { requestedNames } from '../../inject/injected-names.js';
import { unavailable } from '../../inject/unavailable.js';
import { ResilienceParts } from '../../providers/resilience-parts.js';

/** Nest providers for every `@InjectFetch` and `getFetchToken` so far. */
export function fetchProviders(): Provider[] {
  return requestedNames('fetch').map((name) => ({
    provide: getFetchToken(name),
    useFactory: (parts: ResilienceParts) => fetchOrReason(parts, name),
    inject: [ResilienceParts],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
function fetchOrReason({ registry }: ResilienceParts, name: string): typeof globalThis.fetch {
  try {
    return registry.provider(name).fetch;
  } catch (error) {
    return unavailable<typeof globalThis.fetch>(error as Error);
  }
}
