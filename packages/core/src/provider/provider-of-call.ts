import type { CallOrigin } from '../engine/call-origin.js';
import type { LiveCall } from '../engine/live-call.js';
import type { ProviderHttp } from '../http/provider-http.js';
import type { ResilientProvider } from './resilient-provider.js';

/** A provider as the adapters of clients see it. */
export interface ReachedProvider extends ResilientProvider {
  readonly http: ProviderHttp;
}

const providers = new WeakMap<CallOrigin, ReachedProvider>();

/** Notes which provider makes calls of this origin. */
export function noteOrigin(origin: CallOrigin, provider: ReachedProvider): void {
  providers.set(origin, provider);
}

/** The provider of a call, which knows how it is reached. */
export function providerOfCall({ origin }: LiveCall): ReachedProvider | undefined {
  return providers.get(origin);
}
