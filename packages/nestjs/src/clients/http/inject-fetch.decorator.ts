import { getFetchToken } from '../../inject/get-fetch-token.js';
import { injectByName } from '../../inject/inject-by-name.js';

/**
 * Injects a `fetch` that knows the provider, for calls of its API and for every SDK that takes one: base URL,
 * credential, the signal and the idempotency key of the current call, the running trace, a bound on answers and
 * connections, and what the answers say about rate limits.
 */
export function InjectFetch(name: string): PropertyDecorator & ParameterDecorator {
  return injectByName('fetch', name, getFetchToken(name));
}
