import type { EnvironmentOf } from '../../engine/policy.js';
import type { Allowance } from './allowance.js';
import { LocalAllowance } from './local-allowance.js';
import type { ProviderHold } from './provider-hold.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents } from './rate-limit.telemetry.js';
import { SharedAllowance } from './shared/shared-allowance.js';
import { storeKey } from './shared/store-key.js';

/** The limit that an allowance is for. */
interface LimitParts {
  readonly environment: EnvironmentOf<RateLimitEvents>;
  /** The key, where it is the limit of one. */
  readonly key: string | undefined;
  readonly hold: ProviderHold;
  /** There may be tokens now, or it is known that there are none. */
  readonly changed: () => void;
}

/** The allowance of a new limit: this host's own, or its part of one that hosts share. */
export function firstAllowance(settings: RateLimitSettings, limit: LimitParts): Allowance {
  const own = new LocalAllowance(settings.quotas);
  return isShared(settings, limit) ? sharedAllowance(settings, limit, own) : own;
}

/** Goes on from an allowance with other settings: what was let through still counts. */
export function nextAllowance(
  allowance: Allowance,
  settings: RateLimitSettings,
  { now, ...limit }: LimitParts & { readonly now: number },
): Allowance {
  const { quotas } = settings;
  const shared = isShared(settings, limit);
  if (!shared) limit.hold.unshare();
  if (allowance instanceof SharedAllowance) {
    return shared ? allowance.withQuotas(quotas, now) : allowance.alone(quotas, now);
  }
  const next = allowance.withQuotas(quotas, now);
  return shared ? sharedAllowance(settings, limit, next as LocalAllowance) : next;
}

/** A method's own limit is the account's as well, where it stands in place of the provider's. */
function isShared({ shared }: RateLimitSettings, { environment: { store, operation } }: LimitParts): boolean {
  return store.shared === true && (shared || operation !== undefined);
}

function sharedAllowance({ quotas }: RateLimitSettings, limit: LimitParts, own: LocalAllowance): SharedAllowance {
  const { environment, hold, changed } = limit;
  const key = storeKey(environment, limit.key);
  const told = hold.share(key, changed);
  const asking = (now: number) => told.look(now);
  return new SharedAllowance(quotas, { environment, key, ready: told.ready, asking, changed }, own);
}
