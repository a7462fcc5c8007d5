import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

/** One token of a payload. */
export type PayloadPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'timestamp' | 'id' | 'method' | 'url' | 'url-decoded' }
  | { readonly kind: 'json'; readonly path: readonly string[] }
  | { readonly kind: 'header'; readonly name: string };

/** A payload cut at the body, so that the body's bytes are never copied into a string. */
export interface PayloadTemplate {
  readonly head: readonly PayloadPart[];
  readonly body: boolean;
  readonly tail: readonly PayloadPart[];
}

const PLAIN = ['timestamp', 'id', 'method', 'url', 'url-decoded'] as const;

/** Reads `'v0:{timestamp}:{body}'`. An unknown token is an error that lists the known ones. */
export function parsePayloadTemplate(template: string, sender: string): PayloadTemplate {
  const before: PayloadPart[] = [];
  const after: PayloadPart[] = [];
  let body = false;
  for (const piece of template.split(/(\{[^{}]*\})/)) {
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

function parsePart(piece: string, sender: string): PayloadPart {
  if (!piece.startsWith('{')) return { kind: 'text', text: piece };
  const token = piece.slice(1, -1);
  const plain = PLAIN.find((kind) => kind === token);
  if (plain) return { kind: plain };
  if (/^json:./.test(token)) return { kind: 'json', path: token.slice(5).split('.') };
  if (/^header:./.test(token)) return { kind: 'header', name: token.slice(7).toLowerCase() };
  throw new WebhookConfigurationError(
    `Sender "${sender}": the payload has no token ${piece}. ` +
      `Known are {body}, ${PLAIN.map((kind) => `{${kind}}`).join(', ')}, {json:path.in.body} and {header:name}.`,
    sender,
  );
}
