import { ApplicationResilience } from '../src/boot/application-resilience.js';
import { ResilienceParts } from '../src/providers/resilience-parts.js';
import type { ResilienceOptions } from '../src/composition/resilience.options.js';
import { sections } from '../src/composition/sections.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The resilience of an application as the module makes it, without Nest. */
export function startResilience(
  options: ResilienceOptions = {},
  environment: Environment = {},
): { readonly parts: ResilienceParts; readonly resilience: ApplicationResilience } {
  const parts = new ResilienceParts(options, sections, { environment });
  return { parts, resilience: new ApplicationResilience(parts) };
}
