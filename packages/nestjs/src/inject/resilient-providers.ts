import type { Provider } from '@nestjs/common';
import type { ResilientProvider } from '@breakwater/core';
import { Resilience } from '../resilience.js';
import { getProviderToken } from './get-provider-token.js';
import { namesSeen } from './injected-names.js';
import { unavailable } from './unavailable.js';

/** Nest providers for every `@InjectProvider` and `getProviderToken` so far. */
export function resilientProviders(): Provider[] {
  return namesSeen('provider').map((name) => ({
    provide: getProviderToken(name),
    useFactory: (resilience: Resilience) => providerOrReason(resilience, name),
    inject: [Resilience],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
function providerOrReason(resilience: Resilience, name: string): ResilientProvider {
  try {
    return resilience.provider(name);
  } catch (error) {
    return unavailable(error as Error);
  }
}
