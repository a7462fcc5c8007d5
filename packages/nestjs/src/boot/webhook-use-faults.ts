import type { Fault } from '@breakwater/core';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import { webhookSection } from '../webhooks/webhook.section.js';
import { webhookUses } from '../webhooks/webhook-uses.js';

/** Faults of the classes that receive webhooks: unknown providers, missing settings, and a body that Nest does not keep. */
export function webhookUseFaults(
  classes: ReadonlySet<object>,
  { registry, sections }: ResilienceParts,
  losesBytes: boolean,
): readonly Fault[] {
  const uses = [...classes].flatMap((constructor) => webhookUses(constructor));
  const faults: Fault[] = [];
  for (const { provider, where } of uses) {
    if (!registry.has(provider))
      faults.push({ path: `${where} (provider '${provider}')`, message: registry.unknownProvider() });
    else if (sections.given(provider, webhookSection) === undefined) {
      faults.push({
        path: where,
        message: `needs resilience.providers.${provider}.webhook, for example { sender: 'stripe', secrets: [secret('WEBHOOK_SECRET')] }`,
      });
    }
  }
  if (uses.length > 0 && losesBytes) {
    const where = uses.map((use) => use.where).join(', ');
    faults.push({
      path: where,
      message: 'rawBody is off, so signatures cannot be checked: NestFactory.create(AppModule, { rawBody: true })',
    });
  }
  return faults;
}
