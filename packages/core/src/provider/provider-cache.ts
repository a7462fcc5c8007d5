import type { Invalidation } from '../cache-storage/question.js';
import { sharedAnswersOf } from '../cache-storage/shared-answers.js';
import { keyText } from '../engine/key-text.js';
import type { Environment } from '../engine/policy.js';
import { StoreUnavailableError } from '../errors/store-unavailable.error.js';
import type { HttpCache } from '../http/cache/http-cache.js';
import type { Cache } from '../policies/cache/cache.js';
import type { CacheSelection } from '../policies/cache/invalidator.js';
import type { MethodLinker } from './method-linker.js';

/** The cached answers of one provider. */
export interface CacheHandle {
  /**
   * Removes the answers that match everything in `which`, on all hosts where they are shared: to be awaited after a
   * write. Without `which`, all answers of the provider. Resolves to how many this host had, once no host reads them
   * from the store any more. Rejects with a `StoreUnavailableError` where the store is away: this host has forgotten
   * them, and tells the others when it is back.
   */
  invalidate(which?: CacheSelection): Promise<number>;
}

/** Invalidates the answers of all caches of a provider, here and on other hosts. */
export class ProviderCache implements CacheHandle {
  constructor(
    private readonly linker: MethodLinker,
    private readonly environment: Environment,
    /** The answers of its HTTP clients, where they are cached. */
    private readonly responses: () => Pick<HttpCache, 'forget' | 'isShared'> | undefined,
    /** The tag of the answers to a URL, absolute or below the provider's base URL. */
    private readonly tagOf: (url: string) => string,
  ) {}

  async invalidate(selection: CacheSelection = {}): Promise<number> {
    const which = withTextKey(selection);
    const forgotten = this.forget(which);
    const { provider } = this.environment;
    await this.tellOthers(which).catch((cause: unknown) => {
      throw new StoreUnavailableError('cache', { provider, operation: 'invalidate', cause });
    });
    return forgotten;
  }

  /** The same without waiting for the other hosts. */
  invalidateNow(selection: CacheSelection): number {
    const which = withTextKey(selection);
    const forgotten = this.forget(which);
    // Tried again as soon as the store is back, and told by an event that it is away.
    this.tellOthers(which).catch(() => undefined);
    return forgotten;
  }

  private forget(which: CacheSelection): number {
    const { operation, args, key: tenant, tags, url } = which;
    const isOfMethods = url === undefined;
    const ofMethods = isOfMethods ? this.caches.reduce((sum, cache) => sum + cache.invalidate(which), 0) : 0;
    // An answer of an HTTP client is that of no method.
    if (operation !== undefined || args !== undefined) return ofMethods;
    const selected = { tenant, tags: url === undefined ? tags : [this.tagOf(url)] };
    return ofMethods + (this.responses()?.forget(selected) ?? 0);
  }

  private async tellOthers(which: CacheSelection): Promise<void> {
    if (!this.linker.sharesAnswers && this.responses()?.isShared !== true) return;
    await sharedAnswersOf(this.environment).invalidate(this.invalidationsOf(which));
  }

  /** Arguments have the key that their method gives them. */
  private invalidationsOf(which: CacheSelection): readonly Invalidation[] {
    const { operation, key: tenant, args, url } = which;
    const tags = url === undefined ? which.tags : [this.tagOf(url)];
    if (args === undefined) return [{ operation, tenant, tags }];
    const all = this.caches
      .filter((cache) => operation === undefined || cache.mayServe(operation))
      .map((cache) => cache.invalidationOf(which));
    return all.length > 0 ? all : [{ operation, tenant, tags }];
  }

  private get caches(): Cache[] {
    return [...this.linker.live()].map(({ policy }) => policy as Cache).filter(({ kind }) => kind === 'cache');
  }
}

/** The key is compared with those of calls, which are text. */
function withTextKey({ key: given, ...others }: CacheSelection): CacheSelection {
  const key = keyText(given);
  return key === undefined ? others : { ...others, key };
}
