import { settings } from '@breakwater/core/adapter';

/** Where a provider stands in the settings, as messages tell it. */
export function providerPath(provider: string): string {
  return `resilience.providers.${settings.shownUserName(provider)}`;
}
