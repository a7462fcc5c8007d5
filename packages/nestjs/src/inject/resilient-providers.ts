import type { Provider } from '@nestjs/common';
import type { ResilientProvider } from '@breakwater/core';
import { ResilienceParts } from '../providers/resilience-parts.js';
import type { ProviderRegistry } from '../providers/provider-registry.js';
import { getProviderToken } from './get-provider-token.js';
import { requestedNames } from './injected-names.js';
import { unavailable } from './unavailable.js';

/** Nest providers for every `@InjectProvider` and `getProviderToken` so far. */
export function resilientProviders(): Provider[] {
  return requestedNames('provider').map((name) => ({
    provide: getProviderToken(name),
    useFactory: ({ registry }: ResilienceParts) => providerOrReason(registry, name),
    inject: [ResilienceParts],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
function providerOrReason(registry: ProviderRegistry, name: string): ResilientProvider {
  try {
    return registry.provider(name);
  } catch (error) {
    return unavailable(error as Error);
  }
}
