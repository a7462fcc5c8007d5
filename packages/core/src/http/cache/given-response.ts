import type { StoredAnswer } from './stored-answer.js';

/** Statuses whose answers have no body (RFC 9110 §6.4.1). */
const BODILESS = new Set([204, 205, 304]);
const given = new WeakSet<object>();

/** A request as a response shows it. */
interface ShownRequest {
  readonly method: string;
  readonly url: string;
}

/** A `Response` with a body of its own, made of a stored answer. */
export function givenResponse(
  { status, statusText, body }: Pick<StoredAnswer, 'status' | 'statusText' | 'body'>,
  headers: Readonly<Record<string, string>>,
  { method, url }: ShownRequest,
): Response {
  const content = method === 'HEAD' || BODILESS.has(status) ? null : (body ?? null);
  const response = new Response(content as Uint8Array<ArrayBuffer> | null, { status, statusText, headers });
  return noteGiven(withUrl(response, url));
}

/** Notes that a response comes out of the cache: what it says of quotas was said before. */
export function noteGiven<T extends object>(response: T): T {
  given.add(response);
  return response;
}

export function isGiven(response: object): boolean {
  return given.has(response);
}

/** A response that is made by hand knows no URL, and neither does its clone. */
function withUrl(response: Response, url: string): Response {
  const clone = response.clone.bind(response);
  Object.defineProperty(response, 'url', { value: url });
  Object.defineProperty(response, 'clone', { value: () => noteGiven(withUrl(clone(), url)) });
  return response;
}
