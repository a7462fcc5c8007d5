import { parseDictionary, type Item } from './structured-dictionary.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** The message whose parts a signature covers. */
export interface SignedMessage {
  readonly method: string | undefined;
  /** Absolute. */
  readonly url: string | undefined;
  readonly headers: WebhookRequest['headers'];
}

/** The text under a signature (RFC 9421 §2.5), or what is missing for it. */
export function signatureBase(
  items: readonly Item[],
  parameters: string,
  message: SignedMessage,
): { readonly text: string } | { readonly fault: string } {
  const seen = new Set<string>();
  let text = '';
  for (const item of items) {
    if (item.bare.kind !== 'string') return { fault: 'a covered component is no string' };
    if (seen.has(item.text)) return { fault: 'a component is covered twice' };
    seen.add(item.text);
    const value = valueOf(item, message);
    if (value === undefined) return { fault: `there is no ${String(item.bare.value)} as the signature covers it` };
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      return { fault: 'a covered component has other characters than a header' };
    text += `${item.text}: ${value}\n`;
  }
  return { text: `${text}"@signature-params": ${parameters}` };
}

function valueOf({ bare, parameters }: Item, message: SignedMessage): string | undefined {
  const name = bare.value as string;
  if (!name.startsWith('@')) return fieldValue(name, parameters, message.headers);
  const query = name === '@query-param';
  if (parameters.size !== (query ? 1 : 0) || (query && parameters.get('name')?.kind !== 'string')) return undefined;
  if (name === '@method') return message.method;
  const url = message.url === undefined ? undefined : parseUrl(message.url);
  return url && derived(name, url, parameters.get('name')?.value as string);
}

interface UrlParts {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  /** With its question mark. */
  readonly query: string;
}

/** Cut, not normalised: the characters are those that were signed. */
function parseUrl(url: string): UrlParts | undefined {
  const match = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#@]+)([^?#]*)(\?[^#]*)?(?:#.*)?$/is.exec(url);
  if (match === null) return undefined;
  const scheme = (match[1] ?? '').toLowerCase();
  const authority = (match[2] ?? '').toLowerCase().replace(scheme === 'https' ? /:443$/ : /:80$/, '');
  return { scheme, authority, path: match[3] || '/', query: match[4] ?? '' };
}

function derived(name: string, { scheme, authority, path, query }: UrlParts, parameter: string): string | undefined {
  switch (name) {
    case '@target-uri':
      return `${scheme}://${authority}${path}${query}`;
    case '@authority':
      return authority;
    case '@scheme':
      return scheme;
    case '@request-target':
      return path + query;
    case '@path':
      return path;
    case '@query':
      return query === '' ? '?' : query;
    case '@query-param':
      return queryParameter(query, parameter);
    default:
      return undefined;
  }
}

/** RFC 9421 §2.2.8: decoded as a form and encoded anew; one that occurs twice cannot be covered. */
function queryParameter(query: string, encodedName: string): string | undefined {
  const found = [...new URLSearchParams(query.slice(1))].filter(([name]) => encode(name) === encodedName);
  return found.length === 1 && found[0] ? encode(found[0][1]) : undefined;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function fieldValue(name: string, parameters: Item['parameters'], headers: WebhookRequest['headers']) {
  const values = fieldValues(name, headers);
  if (values.length === 0) return undefined;
  const key = parameters.get('key');
  if (parameters.size === 0) return values.join(', ');
  if (parameters.size === 1 && key?.kind === 'string') {
    return parseDictionary(values.join(', '))?.get(key.value as string)?.text;
  }
  if (parameters.size === 1 && parameters.get('bs')?.value === true) {
    return values.map((value) => `:${Buffer.from(value, 'latin1').toString('base64')}:`).join(', ');
  }
  return undefined;
}

/** All values of a header in order, trimmed, folded lines joined. */
export function fieldValues(name: string, headers: WebhookRequest['headers']): readonly string[] {
  const values: string[] = [];
  for (const key of Object.keys(headers)) {
    if (key.toLowerCase() !== name) continue;
    for (const value of [headers[key]].flat()) {
      if (typeof value === 'string') values.push(value.trim().replaceAll(/[ \t]*\r?\n[ \t]+/g, ' '));
    }
  }
  return values;
}
