import { getProviderToken } from './get-provider-token.js';
import { injectByName } from './inject-by-name.js';

/** Injects the `ResilientProvider` of this name, for calls that are no method of a class. */
export function InjectProvider(name: string): PropertyDecorator & ParameterDecorator {
  return injectByName('provider', name, getProviderToken(name));
}
