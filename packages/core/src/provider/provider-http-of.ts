import { credentialOf, tokenSourceOf } from '../http/credential-of.js';
import type { ProviderHttp } from '../http/provider-http.js';
import type { MethodLinker } from './method-linker.js';
import type { ProviderParts } from './provider-parts.js';

/** How a provider is reached over HTTP: as its adapter says, otherwise as its settings do. */
export function providerHttpOf({ http }: ProviderParts, linker: MethodLinker): ProviderHttp {
  return (
    http ?? {
      settings: () => linker.http,
      credential: () => credentialOf(linker.http?.auth),
      tokens: () => tokenSourceOf(linker.http?.auth),
    }
  );
}
