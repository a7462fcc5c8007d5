import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';
import type { HashEncoding } from './algorithm.js';

/** One token of a payload. */
export type PayloadPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'timestamp' | 'id' | 'method' | 'url' }
  | RarePart;

/** The tokens that only some senders have. */
export type RarePart =
  | { readonly kind: 'url-decoded' | 'path' | 'path-query' | 'sorted-form' | 'signed-headers' }
  | { readonly kind: 'json'; readonly path: readonly string[] }
  | { readonly kind: 'header' | 'nonce' | 'form' | 'entry'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string; readonly lower: boolean }
  | { readonly kind: 'body-hash'; readonly hash: string; readonly encoding: HashEncoding }
  | { readonly kind: 'optional'; readonly parts: readonly PayloadPart[] };

/** A payload cut at the body, so that the body's bytes are never copied into a string. */
export interface PayloadTemplate {
  readonly head: readonly PayloadPart[];
  readonly body: boolean;
  readonly tail: readonly PayloadPart[];
}

const PLAIN = [
  'timestamp',
  'id',
  'method',
  'url',
  'url-decoded',
  'path',
  'path-query',
  'sorted-form',
  'signed-headers',
] as const;
const NAMED = /^(header|nonce|form|entry|json):(.+)$/;
const QUERY = /^query:(.+?)(:lower)?$/;
const BODY_HASH = /^body:(md5|sha1|sha256|sha512):(hex|base64|base64url)$/;

const PIECE = /(\{\?(?:[^{}]|\{[^{}]*\})*\}|\{[^{}]*\})/;

/** Reads `'v0:{timestamp}:{body}'`. An unknown token is an error that lists the known ones. */
export function parsePayloadTemplate(template: string, sender: string): PayloadTemplate {
  const before: PayloadPart[] = [];
  const after: PayloadPart[] = [];
  let body = false;
  for (const piece of template.split(PIECE)) {
    if (piece === '') continue;
    if (piece === '{body}') {
      if (body) throw new WebhookConfigurationError(`Sender "${sender}": the payload names {body} twice.`, sender);
      body = true;
      continue;
    }
    (body ? after : before).push(parsePart(piece, sender));
  }
  return { head: before, body, tail: after };
}

/** Every token, those of groups that may be left out included. */
export function tokensOf(template: PayloadTemplate): readonly PayloadPart[] {
  return [...template.head, ...template.tail].flatMap((part) => (part.kind === 'optional' ? part.parts : [part]));
}

function parsePart(piece: string, sender: string): PayloadPart {
  if (!piece.startsWith('{')) return { kind: 'text', text: piece };
  const token = piece.slice(1, -1);
  if (token.startsWith('?')) return parseGroup(token.slice(1), sender);
  const plain = PLAIN.find((kind) => kind === token);
  if (plain !== undefined) return { kind: plain };
  const [, kind, name = ''] = NAMED.exec(token) ?? [];
  if (kind === 'json') return { kind, path: name.split('.') };
  if (kind === 'form' || kind === 'entry') return { kind, name };
  if (kind === 'header' || kind === 'nonce') return { kind, name: name.toLowerCase() };
  const query = QUERY.exec(token);
  if (query !== null) return { kind: 'query', name: query[1] ?? '', lower: query[2] !== undefined };
  const hash = BODY_HASH.exec(token);
  if (hash !== null) return { kind: 'body-hash', hash: hash[1] ?? '', encoding: hash[2] as HashEncoding };
  throw unknownToken(piece, sender);
}

function parseGroup(text: string, sender: string): PayloadPart {
  const parts = text
    .split(PIECE)
    .filter((piece) => piece !== '')
    .map((piece) => (piece === '{body}' ? undefined : parsePart(piece, sender)));
  const whole = parts.filter((part) => part !== undefined);
  if (whole.length < parts.length || !whole.some((part) => part.kind !== 'text')) {
    throw new WebhookConfigurationError(
      `Sender "${sender}": {?…} holds text and at least one token that may be absent, which {body} never is.`,
      sender,
    );
  }
  return { kind: 'optional', parts: whole };
}

function unknownToken(piece: string, sender: string): WebhookConfigurationError {
  const plain = PLAIN.map((kind) => `{${kind}}`).join(', ');
  return new WebhookConfigurationError(
    `Sender "${sender}": the payload has no token ${piece}. Known are {body}, ${plain}, {body:sha256:hex}, ` +
      '{json:path.in.body}, {form:name}, {query:name}, {header:name}, {nonce:name}, {entry:label} and {?…} around what may be absent.',
    sender,
  );
}
