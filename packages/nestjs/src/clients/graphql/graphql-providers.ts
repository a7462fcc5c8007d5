import type { Provider } from '@nestjs/common';
import { unavailable } from '../../inject/unavailable.js';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { createGraphqlClient } from './create-graphql-client.js';
import type { GraphqlClient } from './graphql-client.js';
import { requestedClients } from './requested-clients.js';

/** Nest providers for every `@InjectGraphql` and `getGraphqlToken` so far. */
export function graphqlProviders(): Provider[] {
  return [...requestedClients].map(([token, { name, path }]) => ({
    provide: token,
    useFactory: (parts: ResilienceParts) => clientOrReason(parts, name, path),
    inject: [ResilienceParts],
  }));
}

/** An unknown name must not end the boot here, where only the first would be told: all are listed later. */
function clientOrReason({ registry }: ResilienceParts, name: string, path: string): GraphqlClient {
  try {
    return createGraphqlClient(registry.provider(name), path);
  } catch (error) {
    return unavailable<GraphqlClient>(error as Error);
  }
}
