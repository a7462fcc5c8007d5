import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import type { PayloadPart, PayloadTemplate } from './payload-template.js';
import type { Sender } from './sender.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Refuses a definition without a usable name, which everything else quotes, or without its main part. */
export function checkOutline(sender: Sender): void {
  if (typeof sender?.name !== 'string' || !NAME.test(sender.name)) {
    throw new WebhookConfigurationError(
      'A sender needs a "name" of lower-case letters, digits, dots and dashes, such as "acme-billing".',
    );
  }
  if (typeof sender.signature !== 'object' || sender.signature === null) {
    throw new WebhookConfigurationError(
      `Sender "${sender.name}": "signature" says where the signature is, such as { header: 'x-acme-signature' }.`,
      sender.name,
    );
  }
}

/** Refuses a definition whose parts contradict each other. */
export function checkSender(sender: Sender, payload: PayloadTemplate, comparison: boolean): void {
  const { signature, timestamp, id } = sender;
  const refuse = (unless: boolean, fault: string): void => {
    if (!unless) throw new WebhookConfigurationError(`Sender "${sender.name}": ${fault}`, sender.name);
  };
  const parts = [...payload.head, ...payload.tail];
  const names = (kind: PayloadPart['kind']): boolean => parts.some((part) => part.kind === kind);
  const oneOf = (given: object, places: readonly string[]): boolean =>
    places.filter((place) => (given as Record<string, unknown>)[place] !== undefined).length === 1;

  refuse(
    oneOf(signature, ['header', 'headers', 'numbered', 'json']),
    '"signature" needs exactly one of header, headers, numbered and json.',
  );
  refuse(
    signature.encoding === undefined || signature.encoding === 'hex' || signature.encoding === 'base64',
    "\"signature.encoding\" is 'hex' or 'base64'.",
  );
  const list = signature.list;
  refuse(
    !list || Boolean(list.separator && list.assign && list.label),
    '"signature.list" lacks separator, assign or label.',
  );
  refuse(!list || signature.header !== undefined, '"signature.list" stands in one "header".');
  refuse(!list || signature.prefix === undefined, '"signature.prefix" and "signature.list" exclude each other.');

  if (timestamp) {
    refuse(oneOf(timestamp, ['header', 'entry', 'json']), '"timestamp" needs exactly one of header, entry and json.');
    refuse(['s', 'ms', 'rfc3339'].includes(timestamp.unit), "\"timestamp.unit\" is 's', 'ms' or 'rfc3339'.");
    refuse(timestamp.entry === undefined || list !== undefined, '"timestamp.entry" is a label of "signature.list".');
  }
  refuse(
    !timestamp?.optional || (timestamp.json !== undefined && payload.body && !names('timestamp')),
    '"timestamp.optional" is for a time that stands in the signed body: one that is not signed could be left out.',
  );
  if (id) refuse(oneOf(id, ['header', 'json']), '"id" needs exactly one of header and json.');

  refuse(!names('timestamp') || timestamp !== undefined, 'the payload names {timestamp}, but there is no "timestamp".');
  refuse(!names('id') || id !== undefined, 'the payload names {id}, but there is no "id".');
  if (comparison) {
    refuse(sender.payload === undefined, `${sender.algorithm} signs nothing, so it takes no "payload".`);
    refuse(!list, `${sender.algorithm} compares the whole header, so it takes no "signature.list".`);
  } else {
    refuse(payload.body || parts.some((part) => part.kind !== 'text'), 'the payload signs nothing of the request.');
  }
}
