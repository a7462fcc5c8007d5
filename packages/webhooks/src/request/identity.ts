import { createHash, type Hash } from 'node:crypto';
import type { IdentityPlan } from '../definition/identity-plan.js';
import { signedBytes } from '../definition/signed-bytes.js';
import type { Delivery } from './delivery.js';

/** Whether an unsigned label counts (`'sender'`, as the sender documents it), or only signed texts (`'signed'`). */
export type IdentityMode = 'sender' | 'signed';

/**
 * The digest of what all attempts of one delivery have in common, in hex; `undefined` where nothing tells a copy from a
 * new event. It is the same for every endpoint.
 */
export function identityOf(delivery: Delivery, id: string | undefined, mode: IdentityMode): string | undefined {
  const { plan } = delivery;
  const hash = createHash('sha256').update(`${plan.sender.name}\n`);
  if (plan.identity.kind === 'id' || (mode === 'signed' && plan.id?.signed === true)) {
    if (id !== undefined) return hash.update(`id\n${id}`).digest('hex');
    if (mode === 'sender') return undefined;
  }
  if (mode === 'signed') return addSignedBytes(hash.update('bytes\n'), delivery).digest('hex');
  return addIdentity(hash, delivery, plan.identity)?.digest('hex');
}

function addIdentity(hash: Hash, delivery: Delivery, identity: IdentityPlan): Hash | undefined {
  switch (identity.kind) {
    case 'label': {
      const label = delivery.firstAt(identity.label);
      if (label === undefined) return undefined;
      const further = identity.further.map((place) => delivery.at(place) ?? '');
      return addSignedBytes(hash.update(`label\n${JSON.stringify([label, ...further])}\n`), delivery);
    }
    case 'signed-bytes':
      if (delivery.firstAt(identity.unless) !== undefined) return undefined;
      return addSignedBytes(hash.update('bytes\n'), delivery);
    case 'body-without':
      return addBodyWithout(hash.update('fields\n'), delivery, identity.fields);
    default:
      return undefined;
  }
}

/** The signed bytes without the time of the attempt, and the body where the signature leaves it out. */
function addSignedBytes(hash: Hash, delivery: Delivery): Hash {
  const { plan, request, signed } = delivery;
  const lasting = plan.verifiedByCode
    ? (delivery.lasting ?? signed)
    : signedBytes(plan.lastingPayload, request.body, delivery);
  lasting?.feed(hash);
  return lasting?.body === undefined ? hash.update('\n').update(request.body) : hash;
}

/** The JSON as it is written, but for some fields; a body that is no JSON counts as it is. */
function addBodyWithout(hash: Hash, delivery: Delivery, fields: ReadonlySet<string>): Hash {
  const document = delivery.document();
  if (document === undefined) return hash.update(delivery.request.body);
  return hash.update(JSON.stringify(document, (name, value: unknown) => (fields.has(name) ? undefined : value)));
}
