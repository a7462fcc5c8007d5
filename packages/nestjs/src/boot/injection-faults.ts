import type { Fault } from '@breakwater/core';
import { injectedNames } from '../inject/injected-names.js';
import type { Resilience } from '../resilience.js';

/** A fault for every `@InjectProvider` and `@InjectHttp` of a class that names what the settings do not have. */
export function injectionFaults(constructor: object, resilience: Resilience): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { name, kind, where } of injectedNames(constructor)) {
    const decorator = kind === 'http' ? 'InjectHttp' : 'InjectProvider';
    const path = `${where} @${decorator}('${name}')`;
    if (!resilience.has(name)) faults.push({ path, message: resilience.unknownProvider() });
    else if (kind === 'http' && resilience.givenSection(name, 'http') === undefined) {
      faults.push({
        path,
        message: `needs resilience.providers.${name}.http, for example { baseUrl: 'https://api.example.com' }`,
      });
    }
  }
  return faults;
}
