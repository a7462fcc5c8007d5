import { noteName } from './injected-names.js';

/** The token under which Nest injects the `ResilientProvider` of this name: for `inject` lists and `moduleRef.get`. */
export function getProviderToken(name: string): string {
  noteName('provider', name);
  return `ResilienceProvider_${name}`;
}
