import type { Clock, Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { ConfigService } from '@nestjs/config';
import type { SecretReader } from '../config/fields/secret-reader.js';
import { mergeModuleOptions } from '../config/merge-module-options.js';
import { ResilienceParts } from '../providers/resilience-parts.js';
import type { ResilienceOptions } from './resilience.options.js';
import { sections } from './sections.js';

/** Before anything else of the module is made, and so before the application listens, the secrets are there. */
export async function applicationParts(
  options: ResilienceOptions | undefined,
  config: ConfigService | undefined,
  clock: Clock | undefined,
  secrets: SecretReader | undefined,
): Promise<ResilienceParts> {
  const faults: Fault[] = [];
  const configured = optionsOf(namespaceOf(config), 'the namespace of ConfigService', faults);
  const given = mergeModuleOptions(sections, configured, optionsOf(options, 'forRoot', faults));
  const all = clock === undefined ? given : mergeModuleOptions(sections, { clock }, given);
  const parts = new ResilienceParts(all, sections, { secrets, faults });
  await parts.loadSecrets();
  return parts;
}

/** `ConfigService` looks for a variable of this name where no configuration has it: that is told as one not read. */
function namespaceOf(config: ConfigService | undefined): unknown {
  const configured: unknown = config?.get('resilience');
  return typeof configured === 'string' && configured === process.env['resilience'] ? undefined : configured;
}

function optionsOf(given: unknown, from: string, faults: Fault[]): object {
  if (given === undefined || settings.isPlain(given)) return given ?? {};
  // A credential may stand here by mistake.
  const described = typeof given === 'string' ? 'text' : settings.printed(given);
  const message = `${described} given; expected an object of options, for example { providers: { payments: { retry: true } } }`;
  faults.push({ path: `resilience (${from})`, message });
  return {};
}
