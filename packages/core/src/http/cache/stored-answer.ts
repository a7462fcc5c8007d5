import type { KeptAnswer } from '../../cache-storage/answer-region.js';
import { responseLifetime, type Guesses, type ResponseLifetime } from '../../headers/response-lifetime.js';
import { tenantTag, urlTag, type CacheRequest } from './cache-request.js';
import type { HttpCacheSettings } from './http-cache.options.js';

/** The head of an answer, as a client has it. */
export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  /** By name in lower case, several values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer as it is kept: whole, unpacked, and with what decides about its use. */
export interface StoredAnswer extends KeptAnswer, AnswerHead {
  readonly url: string;
  readonly method: string;
  /** `undefined` for the answer to a HEAD request. */
  readonly body: Uint8Array | undefined;
  /** When it was asked for, or validated last, in milliseconds since the epoch. It ages from then on. */
  readonly requestedAt: number;
  /** Read from the headers, with the settings of the time. */
  readonly lifetime: ResponseLifetime;
}

/** How long an answer that can be validated is kept for that once it is stale, in milliseconds. */
const VALIDATED_MS = 86_400_000;
/** The text beside the body that one answer takes, about: objects, and the key. */
const OVERHEAD = 500;
/**
 * Fields of one connection, or of the body as it was sent, which are not kept (RFC 9111 §3.1): the body is kept
 * unpacked.
 */
const UNKEPT = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-encoding',
  'content-length',
]);
const OF_BODY = new Set(['content-encoding', 'content-length']);
/** Fields of a 304 that say nothing about the body that is kept (RFC 9111 §3.2). */
const NOT_UPDATED = new Set(['content-encoding', 'content-type', 'content-range', 'content-length', 'set-cookie']);

/** An answer that may be kept, with its body; `undefined` where it may not, or would be of no use. */
export function storable(
  head: AnswerHead,
  request: CacheRequest,
  { requestedAt, settings }: { readonly requestedAt: number; readonly settings: HttpCacheSettings },
): ((body: Uint8Array | undefined) => StoredAnswer) | undefined {
  const { method, url, headers: asked } = request.of;
  const requestControl = asked['cache-control'];
  const exchanged = { method, status: head.status, headers: head.headers, requestControl };
  const lifetime = responseLifetime(exchanged, requestedAt, guessesOf(settings));
  if (lifetime === undefined || !isOfUse(lifetime, head.headers, settings)) return undefined;
  const headers = keptHeaders(head.headers, method);
  const { status, statusText } = head;
  return (body) => made({ url, method, status, statusText, headers, body, requestedAt, lifetime }, request);
}

/** An answer that another host has kept, by what is true of it here; `undefined` where it may not be kept any more. */
export function restored(
  answer: Omit<StoredAnswer, 'lifetime' | 'tags' | 'bytes'>,
  request: CacheRequest,
  settings: HttpCacheSettings,
): StoredAnswer | undefined {
  const lifetime = responseLifetime(answer, answer.requestedAt, guessesOf(settings));
  return lifetime && made({ ...answer, lifetime }, request);
}

function made(answer: Omit<StoredAnswer, 'tags' | 'bytes'>, request: CacheRequest): StoredAnswer {
  const bytes = OVERHEAD + (answer.body?.byteLength ?? 0) + sizeOf(answer.headers);
  return { ...answer, tags: tagsOf(request), bytes };
}

/** The tags by which the answers to a request are invalidated. */
export function tagsOf({ of: { url, tenant } }: CacheRequest): readonly string[] {
  return [urlTag(url), ...(tenant === undefined ? [] : [tenantTag(tenant)])];
}

/** A stored answer that a 304 has brought up to date (RFC 9111 §3.2), and whether it may be kept any longer. */
export function revalidated(
  stored: StoredAnswer,
  answer: AnswerHead,
  of: { readonly request: CacheRequest; readonly requestedAt: number; readonly settings: HttpCacheSettings },
): { readonly stored: StoredAnswer; readonly mayBeKept: boolean } {
  // How long it was under way the last time says nothing about now.
  const { age: _former, ...standing } = stored.headers;
  const updates = Object.entries(keptHeaders(answer.headers, 'GET')).filter(([name]) => !NOT_UPDATED.has(name));
  const head = { ...stored, headers: { ...standing, ...Object.fromEntries(updates) } };
  const updated = storable(head, of.request, of)?.(stored.body);
  if (updated !== undefined) return { stored: updated, mayBeKept: true };
  const lifetime = { ...stored.lifetime, freshFor: 0, mayBeStale: false };
  return { stored: { ...head, requestedAt: of.requestedAt, lifetime }, mayBeKept: false };
}

/** The headers by which the provider is asked whether an answer is still good (RFC 9111 §4.3.1). */
export function validators({ headers }: StoredAnswer): Readonly<Record<string, string>> {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/**
 * Whether a 304 speaks of a stored answer, of which alone it was asked: one that names another version does not (RFC
 * 9111 §4.3.4).
 */
export function speaksOf({ headers }: AnswerHead, stored: StoredAnswer): boolean {
  const { etag, 'last-modified': modified } = headers;
  const { etag: storedEtag, 'last-modified': storedModified } = stored.headers;
  if (etag !== undefined && storedEtag !== undefined) return weak(etag) === weak(storedEtag);
  return modified === undefined || storedModified === undefined || modified === storedModified;
}

/** The longest that it may be given past its lifetime, in seconds, where it may be at all. */
function longestStale({ staleWhileRevalidate, staleIfError }: ResponseLifetime, of: HttpCacheSettings): number {
  return Math.max(
    staleWhileRevalidate ?? of.staleWhileRevalidate / 1000,
    staleIfError ?? of.staleIfError / 1000,
    of.staleWhileLimited / 1000,
  );
}

/** For how long an answer may be of use to some host, in milliseconds from now on. */
export function usefulMs({ lifetime, headers }: StoredAnswer, age: number, settings: HttpCacheSettings): number {
  const staleFor = lifetime.mayBeStale ? longestStale(lifetime, settings) : 0;
  const canBeValidated = headers['etag'] !== undefined || headers['last-modified'] !== undefined;
  const freshMs = Math.max(0, lifetime.freshFor - age) * 1000;
  return Math.max(1000, freshMs + staleFor * 1000, canBeValidated ? freshMs + VALIDATED_MS : 0);
}

function guessesOf({ heuristic, ttl }: HttpCacheSettings): Guesses {
  return { heuristic, otherwise: ttl / 1000 };
}

function weak(etag: string): string {
  return etag.replace(/^W\//, '');
}

/** One that is never fresh, may not be given stale and cannot be validated would never be given. */
function isOfUse(lifetime: ResponseLifetime, headers: AnswerHead['headers'], settings: HttpCacheSettings): boolean {
  if (lifetime.freshFor > lifetime.age) return true;
  const hasValidator = headers['etag'] !== undefined || headers['last-modified'] !== undefined;
  return hasValidator || (lifetime.mayBeStale && longestStale(lifetime, settings) > 0);
}

/** The fields of the body tell in an answer to HEAD what a GET would bring. */
function keptHeaders(headers: AnswerHead['headers'], method: string): Record<string, string> {
  const named = new Set((headers['connection'] ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const isUnkept = (name: string) => UNKEPT.has(name) && !(method === 'HEAD' && OF_BODY.has(name));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isUnkept(name) && !named.has(name)));
}

function sizeOf(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce((bytes, [name, value]) => bytes + 2 * (name.length + value.length), 0);
}
