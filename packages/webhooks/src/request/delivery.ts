import { parseJson, textAt } from '../encoding/json-path.js';
import type { IdPlan, SenderPlan, TimestampPlan } from '../definition/sender-plan.js';
import type { PayloadValues, SignedBytes } from '../definition/signed-bytes.js';
import type { SignatureTexts } from './read-signatures.js';
import { reject, type Rejection } from '../contract/verification.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** One request seen through a sender's plan: the values that its rules and its payload speak of. */
export class Delivery implements PayloadValues, SignatureTexts {
  /** As the sender wrote it: this text is what is signed. */
  timestamp: string | undefined = undefined;
  id: string | undefined = undefined;
  sentAtMs: number | undefined = undefined;
  signed: SignedBytes | undefined = undefined;
  private parsed: { readonly json: unknown } | undefined = undefined;

  constructor(
    readonly plan: SenderPlan,
    readonly request: WebhookRequest,
    private readonly headers: readonly (string | undefined)[],
    readonly url: string | undefined,
  ) {}

  get method(): string | undefined {
    return this.request.method;
  }

  header(name: string): string | undefined {
    return this.headers[this.plan.headers.slot(name)];
  }

  json(path: readonly string[]): string | undefined {
    return textAt(this.document(), path);
  }

  /** The body as JSON, or `undefined` where it is none. */
  document(): unknown {
    this.parsed ??= { json: parseJson(this.request.body) };
    return this.parsed.json;
  }

  /** The text of a header, or of a place in the body. */
  at(place: TimestampPlan | IdPlan): string | undefined {
    return place.path ? this.json(place.path) : this.headers[place.slot ?? -1];
  }

  /** The headers that must have a given value. */
  checkRequired(): Rejection | undefined {
    for (const { slot, value } of this.plan.required) {
      const found = this.headers[slot];
      if (found === value) continue;
      const name = this.plan.headers.name(slot);
      if (found === undefined) return reject('missing', `there is no ${name}`);
      return reject('malformed', `${name} does not have the value that the sender gives it`);
    }
    return undefined;
  }

  signature(place: number): string | undefined {
    const { path, slots } = this.plan.signature;
    return path ? this.json(path) : this.headers[slots[place] ?? -1];
  }

  /** Takes the id, unless it is left in the body until somebody asks for it. An unsigned id may be absent or odd. */
  takeId(): Rejection | undefined {
    const rule = this.plan.id;
    if (!rule || rule.onDemand) return undefined;
    const id = this.at(rule);
    if (id !== undefined && isId(id)) this.id = id;
    else if (rule.signed && !id) return reject('missing', 'there is no id');
    else if (rule.signed) return reject('malformed', 'the id is too long or not plain text');
    return undefined;
  }
}

/** Visible ASCII, so that its bytes are the same however the header was decoded. */
export function isId(text: string): boolean {
  return /^[\x20-\x7e]{1,512}$/.test(text);
}
