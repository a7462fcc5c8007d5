import { createHash } from 'node:crypto';
import { parseJson, textAt } from './json-path.js';
import type { SignedBytes } from './signed-bytes.js';
import type { SenderPlan } from './sender-plan.js';
import type { Acceptance } from './verification.js';

/** The answer to a genuine request. What costs something is computed when it is asked for. */
export class Accepted implements Acceptance {
  readonly ok = true;
  readonly #plan: SenderPlan;
  readonly #signed: SignedBytes;
  readonly #body: Uint8Array;

  constructor(
    readonly secretIndex: number,
    readonly sentAt: Date | undefined,
    { plan, signed, body }: { plan: SenderPlan; signed: SignedBytes; body: Uint8Array },
  ) {
    this.#plan = plan;
    this.#signed = signed;
    this.#body = body;
  }

  protected get body(): Uint8Array {
    return this.#body;
  }

  get idSigned(): boolean {
    return this.#plan.id?.signed ?? false;
  }

  fingerprint(): string {
    const hash = createHash('sha256').update(`${this.#plan.sender.name}\n`);
    this.#signed.feed(hash);
    if (this.#signed.body === undefined) hash.update('\n').update(this.#body);
    return hash.digest('hex');
  }
}

/** With an id that is known already. */
export class AcceptedWithId extends Accepted {
  constructor(
    readonly id: string,
    ...rest: ConstructorParameters<typeof Accepted>
  ) {
    super(...rest);
  }
}

/** With an id inside the body, which is parsed only if somebody reads it: that costs more than to verify. */
export class AcceptedWithBodyId extends Accepted {
  readonly #path: readonly string[];
  #id: string | undefined | null = null;

  constructor(path: readonly string[], ...rest: ConstructorParameters<typeof Accepted>) {
    super(...rest);
    this.#path = path;
  }

  get id(): string | undefined {
    if (this.#id === null) this.#id = textAt(parseJson(this.body), this.#path);
    return this.#id;
  }
}
