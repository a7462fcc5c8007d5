/** The `http` settings of a provider that are in force, from the engine's settings or an adapter's. */
export interface HttpSettings {
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly watch?: boolean | undefined;
  readonly limitEachRequest?: boolean | undefined;
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
  credential(): { readonly name: string; readonly value: string } | undefined;
}
