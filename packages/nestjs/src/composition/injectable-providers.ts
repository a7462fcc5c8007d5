import type { Provider } from '@nestjs/common';
import { fetchProviders } from '../clients/http/fetch-providers.js';
import { httpProviders } from '../clients/http/http-providers.js';
import { furtherProviders } from '../inject/further-injectables.js';
import { resilientProviders } from '../inject/resilient-providers.js';

/**
 * Nest providers for everything that was asked for by a provider's name so far. Call this when Nest scans the modules,
 * not earlier: what is asked for by classes that are loaded later would be missing.
 */
export function injectableProviders(): Provider[] {
  return [...resilientProviders(), ...httpProviders(), ...fetchProviders(), ...furtherProviders()];
}
