import { getHttpToken } from '../../inject/get-http-token.js';
import { injectByName } from '../../inject/inject-by-name.js';

/**
 * Injects an `HttpService` of `@nestjs/axios` that knows the provider: base URL, credential, the signal and the
 * idempotency key of the current call, and what the responses say about rate limits.
 *
 * All requests of one call carry the same idempotency key, so a method that sends several which change something gives
 * the further ones a key of their own.
 */
export function InjectHttp(name: string): PropertyDecorator & ParameterDecorator {
  return injectByName('http', name, getHttpToken(name));
}
