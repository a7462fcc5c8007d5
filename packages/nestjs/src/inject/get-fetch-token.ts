import { requestName } from './injected-names.js';

/**
 * The token under which Nest injects the `fetch` of the provider of this name: for `inject` lists and `moduleRef.get`.
 */
export function getFetchToken(name: string): string {
  return requestName('fetch', name, `ResilienceFetch_${name}`);
}
