import type { HttpCacheSettings } from './cache/http-cache.options.js';
import type { TokenSource } from './oauth2/token-source.js';

/** The `http` settings of a provider that are in force, from the engine's settings or an adapter's. */
export interface HttpSettings {
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly watch?: boolean | undefined;
  readonly limitEachRequest?: boolean | undefined;
  readonly cache?: HttpCacheSettings | undefined;
  readonly maxResponseBytes?: number | undefined;
  readonly agent?: object | undefined;
  readonly proxy?: string | undefined;
  readonly maxSockets?: number | undefined;
  readonly timeouts?: { readonly connect?: number | undefined; readonly idle?: number | undefined } | undefined;
}

/** How a provider is reached over HTTP. Asked at each use: settings change, and credentials are rotated. */
export interface ProviderHttp {
  /** `undefined` where the provider has no `http` settings. The same object for as long as nothing changes. */
  settings(): HttpSettings | undefined;
  /** The header that carries the credential, where there is one. Throws where the secret cannot be had. */
  credential(): Credential | undefined;
  /**
   * Resolves once `credential` can be asked; `undefined` where it can be at once. Rejects where none is to be had.
   * `isOwn` says whether a request goes to the provider at all: it is asked only where there may be something to wait
   * for.
   */
  ready?(isOwn?: () => boolean): Promise<void> | undefined;
  /**
   * Has the value of a credential renewed that was answered with 401. Resolves to whether there is another now; never
   * rejects. `undefined` where there cannot be.
   */
  renew?(used: string): Promise<boolean> | undefined;
  /** How tokens are come by that take the credential's place; `undefined` where the settings ask for none. */
  tokens?(): TokenSource | undefined;
}

/** The header that carries a credential. */
export interface Credential {
  readonly name: string;
  readonly value: string;
  /** Whether another may be had once it is refused. */
  readonly renewable?: boolean;
}
