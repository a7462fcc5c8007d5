import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { senderTraits, type SenderTraits } from '@breakwater/webhooks';
import { providerPath } from '../config/provider-path.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import type { WebhookSettings } from '../inbound/webhooks/webhook.options.js';
import { webhookSection } from '../inbound/webhooks/webhook.section.js';
import { webhookUses } from '../inbound/webhooks/webhook-uses.js';

/**
 * Faults of the classes that receive webhooks: unknown providers, missing settings, and a body that is not kept.
 */
export function webhookUseFaults(
  classes: ReadonlySet<object>,
  { registry, sections }: ResilienceParts,
  losesBytes: boolean,
): readonly Fault[] {
  const uses = [...classes].flatMap((constructor) => webhookUses(constructor));
  const faults: Fault[] = [];
  for (const { provider, where, choosesEvents } of uses) {
    if (choosesEvents) faults.push(...namelessEvents(sections.get(provider, webhookSection), where));
    if (!registry.has(provider))
      faults.push({
        path: `${where} (provider '${settings.shownUserName(provider)}')`,
        message: registry.unknownProvider(),
      });
    else if (sections.given(provider, webhookSection) === undefined) {
      faults.push({
        path: where,
        message: `needs ${providerPath(provider)}.webhook, for example { sender: 'stripe', secrets: [secret('WEBHOOK_SECRET')] }`,
      });
    }
  }
  if (uses.length > 0 && losesBytes) {
    const where = uses.map((use) => use.where).join(', ');
    faults.push({
      path: where,
      message:
        'a parser of the application (useBodyParser, express.json()) reads the body first and rawBody is off, so signatures cannot be checked: NestFactory.create(AppModule, { rawBody: true }), or leave that parser out',
    });
  }
  return faults;
}

/** A handler that receives events by name, of a sender whose definition has no names for them. */
function namelessEvents(settings: WebhookSettings | undefined, where: string): readonly Fault[] {
  const traits = settings && traitsOf(settings);
  if (traits === undefined || traits.hasEventType) return [];
  return [
    {
      path: where,
      message: `it receives events by name, and the sender '${traits.name}' has no names for them: leave events out, or say in its definition where the name is (eventType)`,
    },
  ];
}

/** A definition that contradicts itself is a fault of the settings, and told there. */
function traitsOf({ sender }: WebhookSettings): SenderTraits | undefined {
  try {
    return senderTraits(sender);
  } catch {
    return undefined;
  }
}
