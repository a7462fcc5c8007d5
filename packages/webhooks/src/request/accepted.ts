import { createHash } from 'node:crypto';
import type { Acceptance } from '../contract/verification.js';
import { headerOf } from '../encoding/header-of.js';
import { parseForm } from '../encoding/parse-form.js';
import type { Delivery } from './delivery.js';
import { identityOf, type IdentityMode } from './identity.js';

/** The answer to a genuine request. Costly values are computed when they are asked for. */
export class Accepted implements Acceptance {
  readonly ok = true;
  readonly secretIndex: number;
  readonly #delivery: Delivery;

  constructor(delivery: Delivery, secretIndex: number) {
    this.secretIndex = secretIndex;
    this.#delivery = delivery;
  }

  get sentAt(): Date | undefined {
    const { sentAtMs } = this.#delivery;
    return sentAtMs === undefined ? undefined : new Date(sentAtMs);
  }

  get idSigned(): boolean {
    return this.#delivery.plan.id?.signed ?? false;
  }

  get eventType(): string | undefined {
    return this.#delivery.firstAt(this.#delivery.plan.eventType);
  }

  document(): unknown {
    const { body, headers } = this.#delivery.request;
    return this.#delivery.document() ?? parseForm(body, headerOf(headers, 'content-type') ?? '');
  }

  identity(mode: IdentityMode = 'sender'): string | undefined {
    return identityOf(this.#delivery, (this as Acceptance).id, mode);
  }

  fingerprint(): string {
    const { plan, request, signed } = this.#delivery;
    const hash = createHash('sha256').update(`${plan.sender.name}\n`);
    signed?.feed(hash);
    if (signed?.body === undefined) hash.update('\n').update(request.body);
    return hash.digest('hex');
  }

  protected bodyId(): string | undefined {
    const { plan } = this.#delivery;
    return plan.id === undefined ? undefined : this.#delivery.at(plan.id);
  }
}

/** With an id that is known already. */
export class AcceptedWithId extends Accepted {
  readonly id: string | undefined;

  constructor(delivery: Delivery, secretIndex: number) {
    super(delivery, secretIndex);
    this.id = delivery.id;
  }
}

/** With an id inside the body, which is parsed only if the id is read: that costs more than to verify. */
export class AcceptedWithBodyId extends Accepted {
  get id(): string | undefined {
    return this.bodyId();
  }
}
