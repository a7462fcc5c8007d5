import { provideFurther } from '../../inject/further-injectables.js';
import { requestedClients } from './requested-clients.js';
import { graphqlProviders } from './graphql-providers.js';

/**
 * The token under which Nest injects the `GraphqlClient` of the provider of this name: for `inject` lists and
 * `moduleRef.get`.
 */
export function getGraphqlToken(name: string, path = ''): string {
  const token = `ResilienceGraphql_${name}${path}`;
  requestedClients.set(token, { name, path });
  provideFurther('graphql', graphqlProviders);
  return token;
}
