import { createHash } from 'node:crypto';
import { parseJson, textAt } from './json-path.js';
import type { SignedBytes } from './signed-bytes.js';
import type { SenderPlan } from './sender-plan.js';
import type { Acceptance } from './verification.js';

/** What is known of a request once it is found to be genuine. */
export interface Findings {
  readonly plan: SenderPlan;
  readonly signed: SignedBytes;
  readonly body: Uint8Array;
  readonly id: string | undefined;
  readonly secretIndex: number;
  readonly sentAtMs: number | undefined;
}

/** The answer to a genuine request. What costs something is computed when it is asked for. */
export class Accepted implements Acceptance {
  readonly ok = true;
  readonly secretIndex: number;
  readonly sentAt: Date | undefined;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.secretIndex = findings.secretIndex;
    this.sentAt = findings.sentAtMs === undefined ? undefined : new Date(findings.sentAtMs);
    this.#findings = findings;
  }

  get idSigned(): boolean {
    return this.#findings.plan.id?.signed ?? false;
  }

  fingerprint(): string {
    const { plan, signed, body } = this.#findings;
    const hash = createHash('sha256').update(`${plan.sender.name}\n`);
    signed.feed(hash);
    if (signed.body === undefined) hash.update('\n').update(body);
    return hash.digest('hex');
  }
}

/** With an id that is known already. */
export class AcceptedWithId extends Accepted {
  readonly id: string | undefined;

  constructor(findings: Findings) {
    super(findings);
    this.id = findings.id;
  }
}

/** With an id inside the body, which is parsed only if somebody reads it: that costs more than to verify. */
export class AcceptedWithBodyId extends Accepted {
  readonly #body: Uint8Array;
  readonly #path: readonly string[];
  #id: string | undefined | null = null;

  constructor(findings: Findings, path: readonly string[]) {
    super(findings);
    this.#body = findings.body;
    this.#path = path;
  }

  get id(): string | undefined {
    if (this.#id === null) this.#id = textAt(parseJson(this.#body), this.#path);
    return this.#id;
  }
}
