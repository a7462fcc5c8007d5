import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { providerPath } from '../config/provider-path.js';
import { injectedNames } from '../inject/injected-names.js';
import { httpSection } from '../clients/http/http.section.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';

const DECORATORS = {
  http: 'InjectHttp',
  fetch: 'InjectFetch',
  provider: 'InjectProvider',
  graphql: 'InjectGraphql',
} as const;

/**
 * A fault for every `@InjectProvider`, `@InjectHttp`, `@InjectFetch` and `@InjectGraphql` of a class that names a
 * provider which the settings do not have.
 */
export function injectionFaults(constructor: object, { registry, sections }: ResilienceParts): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { name, kind, where } of injectedNames(constructor)) {
    const path = `${where} @${DECORATORS[kind]}('${settings.shownUserName(name)}')`;
    if (!registry.has(name)) faults.push({ path, message: registry.unknownProvider() });
    else if (kind !== 'provider' && sections.given(name, httpSection) === undefined) {
      faults.push({
        path,
        message: `needs ${providerPath(name)}.http, for example { baseUrl: 'https://api.example.com' }`,
      });
    }
  }
  return faults;
}
