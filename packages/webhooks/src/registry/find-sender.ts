import type { Sender } from '../definition/sender.js';
import { senders } from '../senders/index.js';
import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

let byName: ReadonlyMap<string, Sender> | undefined;

/** The sender of this name or alias. An unknown one is an error that lists the known. */
export function findSender(name: string): Sender {
  byName ??= new Map(
    senders.flatMap((sender) => [sender.name, ...(sender.aliases ?? [])].map((known) => [known, sender])),
  );
  const sender = byName.get(name);
  if (sender) return sender;
  throw new WebhookConfigurationError(
    `There is no webhook sender ${JSON.stringify(name) ?? typeof name}. Known are ${[...byName.keys()].sort().join(', ')}. ` +
      'Describe any other one with defineSender().',
  );
}
