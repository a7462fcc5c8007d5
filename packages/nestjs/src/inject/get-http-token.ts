import { requestName } from './injected-names.js';

/**
 * The token under which Nest injects the `HttpService` of the provider of this name: for `inject` lists and
 * `moduleRef.get`.
 */
export function getHttpToken(name: string): string {
  return requestName('http', name, `ResilienceHttp_${name}`);
}
