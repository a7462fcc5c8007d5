import { createHash } from 'node:crypto';
import { reject, type Rejection } from '../contract/verification.js';
import type { WebhookRequest } from '../contract/webhook-request.js';
import type { RarePart } from '../definition/payload-template.js';
import type { PlacePlan } from '../definition/place.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import type { PayloadValues, SignedBytes } from '../definition/signed-bytes.js';
import { decompress } from '../encoding/decompress.js';
import { decodeUrl } from '../encoding/decode-url.js';
import { FormFields } from '../encoding/form-fields.js';
import { headerOf } from '../encoding/header-of.js';
import { parseJson, textAt } from '../encoding/json-path.js';
import { pathAndQuery } from '../encoding/path-and-query.js';
import { queryParameter } from '../encoding/query-parameter.js';
import { listEntry } from './list-entry.js';
import type { SignatureTexts } from './read-signatures.js';
import { signedHeaders } from './signed-headers.js';

/** One request seen through a sender's plan: the values that its rules and its payload speak of. */
export class Delivery implements PayloadValues, SignatureTexts {
  /** As the sender wrote it: this text is signed. */
  timestamp: string | undefined = undefined;
  id: string | undefined = undefined;
  sentAtMs: number | undefined = undefined;
  signed: SignedBytes | undefined = undefined;
  /** For senders whose code verifies: the signed bytes without the time of the attempt. */
  lasting: SignedBytes | undefined = undefined;
  private parsed: { readonly json: unknown } | undefined = undefined;
  private fields: FormFields | undefined = undefined;

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

  /** The body as JSON, or the JSON in its form field; `undefined` where it is none. */
  document(): unknown {
    if (this.parsed === undefined) {
      const field = this.plan.documentField === undefined ? undefined : this.form(this.plan.documentField);
      this.parsed = { json: parseJson(field === undefined ? this.plainBody() : Buffer.from(field)) };
    }
    return this.parsed.json;
  }

  form(name: string): string | undefined {
    return this.formFields().get(name);
  }

  /** The text at a place, or `undefined` where it is absent or ambiguous. */
  at({ slot, header, path, form, query }: PlacePlan): string | undefined {
    if (slot !== undefined) return this.headers[slot];
    if (header !== undefined) return headerOf(this.request.headers, header);
    const field = form === undefined ? undefined : this.form(form);
    if (field !== undefined) return field;
    if (path !== undefined) return this.json(path);
    return query === undefined ? undefined : this.query(query);
  }

  /** The first text that is present at one of the places. */
  firstAt(places: readonly PlacePlan[]): string | undefined {
    for (const place of places) {
      const text = this.at(place);
      if (text !== undefined && text !== '') return text;
    }
    return undefined;
  }

  /** The headers that must have a given value. */
  checkRequired(): Rejection | undefined {
    for (const { slot, value } of this.plan.required) {
      const found = this.headers[slot];
      if (found === value) continue;
      const name = this.plan.headers.name(slot);
      if (found === undefined) return reject('missing', `there is no ${name}`);
      return reject('malformed', `${name} does not have the value that the sender writes there`);
    }
    return undefined;
  }

  /** Texts that contradict each other, or that a handshake would have signed for a stranger. */
  checkContent(): Rejection | undefined {
    const { never } = this.plan;
    if (never?.pattern.test(this.at(never.place) ?? '') === true) {
      return reject('malformed', 'the text is one that a handshake has signed, and no delivery');
    }
    const texts = this.plan.agree.map((place) => this.at(place)?.toLowerCase()).filter((text) => text !== undefined);
    return new Set(texts).size < 2
      ? undefined
      : reject('mismatch', 'the body contradicts the signed part of the request');
  }

  signature(index: number): string | undefined {
    const { place, slots } = this.plan.signature;
    return place === undefined ? this.headers[slots[index] ?? -1] : this.at(place);
  }

  /** Takes the id, unless it is left in the body until it is asked for. An unsigned id may be absent or odd. */
  takeId(): Rejection | undefined {
    const rule = this.plan.id;
    if (rule === undefined || rule.onDemand) return undefined;
    const id = this.at(rule);
    if (id !== undefined && isId(id)) this.id = id;
    else if (rule.signed && !id) return reject('missing', 'there is no id');
    else if (rule.signed) return reject('malformed', 'the id is too long or not plain text');
    return undefined;
  }

  rare(part: Exclude<RarePart, { kind: 'optional' }>): string | undefined {
    switch (part.kind) {
      case 'header':
      case 'nonce':
        return this.header(part.name);
      case 'json':
        return this.json(part.path);
      case 'form':
        return this.form(part.name);
      case 'query':
        return part.lower ? this.query(part.name)?.toLowerCase() : this.query(part.name);
      case 'entry':
        return listEntry(this.signature(0), part.name, this.plan.signature.list);
      case 'body-hash':
        return createHash(part.hash).update(this.request.body).digest(part.encoding);
      case 'sorted-form':
        return this.formFields().sayAll ? this.formFields().sorted() : undefined;
      case 'signed-headers':
        return this.signedHeaders();
      case 'url-decoded':
        return this.url === undefined ? undefined : decodeUrl(this.url);
      case 'path':
        return pathAndQuery(this.url ?? this.request.url)?.replace(/\?.*$/s, '');
      default:
        return pathAndQuery(this.url ?? this.request.url);
    }
  }

  /** Where the sender signs compressed bytes, the body is given as it was transferred. */
  private plainBody(): Uint8Array {
    const { body, headers } = this.request;
    if (this.plan.sender.signsCompressed !== true) return body;
    return decompress(body, headerOf(headers, 'content-encoding')) ?? new Uint8Array();
  }

  /** The request's own URL has the parameters that came; a configured one need not have them. */
  private query(name: string): string | undefined {
    return queryParameter(this.request.url, name) ?? queryParameter(this.url, name);
  }

  private signedHeaders(): string | undefined {
    const { sender, signature } = this.plan;
    const rule = sender.signedHeaders;
    if (rule === undefined) return undefined;
    const listed =
      rule.header === undefined
        ? listEntry(this.signature(0), rule.entry ?? '', signature.list)
        : this.header(rule.header);
    return signedHeaders(rule, listed, this.request.headers);
  }

  private formFields(): FormFields {
    return (this.fields ??= FormFields.of(this.request.body, headerOf(this.request.headers, 'content-type')));
  }
}

/** Visible ASCII, so that its bytes are the same however the header was decoded. */
export function isId(text: string): boolean {
  return /^[\x20-\x7e]{1,512}$/.test(text);
}
