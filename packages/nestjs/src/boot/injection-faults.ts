import type { Fault } from '@breakwater/core';
import { injectedNames } from '../inject/injected-names.js';
import { httpSection } from '../http/http.section.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';

/** A fault for every `@InjectProvider` and `@InjectHttp` of a class that names what the settings do not have. */
export function injectionFaults(constructor: object, { registry, sections }: ResilienceParts): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { name, kind, where } of injectedNames(constructor)) {
    const decorator = kind === 'http' ? 'InjectHttp' : 'InjectProvider';
    const path = `${where} @${decorator}('${name}')`;
    if (!registry.has(name)) faults.push({ path, message: registry.unknownProvider() });
    else if (kind === 'http' && sections.given(name, httpSection) === undefined) {
      faults.push({
        path,
        message: `needs resilience.providers.${name}.http, for example { baseUrl: 'https://api.example.com' }`,
      });
    }
  }
  return faults;
}
