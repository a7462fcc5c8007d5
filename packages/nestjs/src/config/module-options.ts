import type { Clock, PolicyKind, Store } from '@breakwater/core';
import type { SecretSource, SecretsOptions } from '@breakwater/secrets';

/** The options of the module as this folder sees them: it merges and reads layers, whatever sections a provider has. */
export interface ModuleOptions {
  readonly enabled?: boolean;
  readonly defaults?: object;
  readonly providers?: Readonly<Record<string, object>>;
  readonly store?: Store;
  readonly trackCalls?: boolean;
  readonly secrets?: readonly SecretSource[] | Pick<SecretsOptions, 'sources' | 'keepPrevious' | 'timeout'>;
  readonly clock?: Clock;
  readonly shutdown?: { readonly grace?: number | undefined } | undefined;
  readonly memoryStore?:
    { readonly maxEntries?: number | undefined; readonly maxBytes?: number | undefined } | undefined;
  readonly policies?: readonly PolicyKind[];
  readonly strict?: boolean;
  readonly logger?: boolean;
}
