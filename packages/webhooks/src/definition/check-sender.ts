import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import { checkIdentity } from './check-identity.js';
import { tokensOf, type PayloadPart, type PayloadTemplate } from './payload-template.js';
import { isPlace } from './place.js';
import type { Require } from './require.js';
import type { Family } from './scheme.js';
import type { Sender, SignatureList } from './sender.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Refuses a definition without a usable name, which all messages quote, or without its main part. */
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
export function checkSender(sender: Sender, payload: PayloadTemplate, family: Family | undefined): void {
  const require: Require = (condition, fault) => {
    if (!condition) throw new WebhookConfigurationError(`Sender "${sender.name}": ${fault}`, sender.name);
  };
  const uses = (kind: PayloadPart['kind']): boolean => tokensOf(payload).some((part) => part.kind === kind);
  checkSignature(sender, require);
  checkTimestamp(sender, payload, { require, uses });
  checkPlaces(sender, require);
  checkIdentity(sender, require);
  require(!uses('id') || sender.id !== undefined, 'the payload names {id}, but there is no "id".');
  require(!uses('signed-headers') ||
    sender.signedHeaders !==
      undefined, 'the payload names {signed-headers}, but "signedHeaders" does not say where the request lists them.');
  require(!uses('entry') ||
    sender.signature.list?.assign !== undefined, '{entry:label} needs a "signature.list" with labels.');
  if (family === 'comparison') {
    require(sender.payload === undefined, `${sender.algorithm} signs nothing, so it takes no "payload".`);
    require(sender.signature.list ===
      undefined, `${sender.algorithm} compares the whole header, so it takes no "signature.list".`);
  } else if (family === 'token') {
    require(sender.payload === undefined, `${sender.algorithm} signs its claims, so it takes no "payload": use "jwt".`);
    require(sender.signature.list === undefined, `${sender.algorithm} is one token, so it takes no "signature.list".`);
    require(sender.jwt !== undefined, `${sender.algorithm} needs "jwt": which claim holds the hash of the body.`);
  } else {
    require(sender.jwt === undefined, `"jwt" is for the algorithms jwt-…, not for ${sender.algorithm}.`);
    require(payload.body ||
      tokensOf(payload).some((part) => part.kind !== 'text'), 'the payload signs nothing of the request.');
  }
}

function checkSignature({ signature }: Sender, require: Require): void {
  const { headers, numbered, header, json, form, query, list } = signature;
  const places = [headers, numbered, header, json ?? form, query].filter((place) => place !== undefined);
  require(places.length === 1, '"signature" needs exactly one of header, headers, numbered, json, form and query.');
  require(['hex', 'base64', 'base64url', undefined].includes(
    signature.encoding,
  ), "\"signature.encoding\" is 'hex', 'base64' or 'base64url'.");
  if (list === undefined) return;
  checkList(list, require);
  require(headers === undefined &&
    numbered === undefined, '"signature.list" stands in one place, not in several headers.');
  require(signature.prefix === undefined, '"signature.prefix" and "signature.list" exclude each other.');
}

function checkList({ separator, assign, label }: SignatureList, require: Require): void {
  const whole = separator && assign !== '' && label !== '' && (label === undefined || assign !== undefined);
  require(Boolean(whole), '"signature.list" lacks separator, assign or label.');
}

function checkTimestamp(
  { timestamp, signature }: Sender,
  payload: PayloadTemplate,
  { require, uses }: { readonly require: Require; readonly uses: (kind: PayloadPart['kind']) => boolean },
): void {
  require(!uses('timestamp') || timestamp !== undefined, 'the payload names {timestamp}, but there is no "timestamp".');
  if (timestamp === undefined) return;
  const { entry, claim, unit, optional, ...place } = timestamp;
  const inside = [entry, claim].filter((each) => each !== undefined).length;
  require(inside === 1
    ? !isPlace(place)
    : inside === 0 && isPlace(place), '"timestamp" needs exactly one of header, entry, json, form, query and claim.');
  require(['s', 'ms', 's|ms', 'rfc3339'].includes(unit), "\"timestamp.unit\" is 's', 'ms' or 'rfc3339'.");
  require(entry === undefined || signature.list !== undefined, '"timestamp.entry" is a label of "signature.list".');
  require(typeof entry !== 'number' ||
    signature.list?.assign === undefined, '"timestamp.entry" is a number only in a list without labels.');
  require(optional !== true ||
    (timestamp.json !== undefined &&
      payload.body &&
      !uses(
        'timestamp',
      )), '"timestamp.optional" is for a time that stands in the signed body: one that is not signed could be left out.');
}

function checkPlaces({ id, eventType, agree, fetchedKey }: Sender, require: Require): void {
  if (id !== undefined) {
    const { claim, ...place } = id;
    require(claim === undefined
      ? isPlace(place)
      : !isPlace(place), '"id" needs exactly one of header, json, form and query.');
  }
  for (const place of [eventType ?? []].flat()) {
    require(isPlace(place), '"eventType" needs exactly one of header, json, form and query for each place.');
  }
  require((agree ?? []).every((place) => isPlace(place)), '"agree" lists places of one text.');
  if (fetchedKey === undefined) return;
  const address = 'jwks' in fetchedKey ? fetchedKey.jwks : undefined;
  require(address === undefined || address.startsWith('https://'), '"fetchedKey.jwks" is an https address.');
  require(!('hosts' in fetchedKey) ||
    fetchedKey.hosts.length > 0, '"fetchedKey.hosts" lists the hosts that keys may come from.');
}
