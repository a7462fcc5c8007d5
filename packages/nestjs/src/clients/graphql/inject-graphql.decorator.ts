import { injectByName } from '../../inject/inject-by-name.js';
import { getGraphqlToken } from './get-graphql-token.js';

/**
 * Injects a `GraphqlClient` of the provider of this name. `path` is appended to its `http.baseUrl`, where that is not
 * the endpoint itself, such as `'/graphql'`.
 */
export function InjectGraphql(name: string, path = ''): PropertyDecorator & ParameterDecorator {
  return injectByName('graphql', name, getGraphqlToken(name, path));
}
