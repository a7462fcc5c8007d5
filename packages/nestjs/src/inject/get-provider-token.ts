import { requestName } from './injected-names.js';

/** The token under which Nest injects the `ResilientProvider` of this name: for `inject` lists and `moduleRef.get`. */
export function getProviderToken(name: string): string {
  return requestName('provider', name, `ResilienceProvider_${name}`);
}
