import type { KeyedRequest } from '../engine/requests/keyed-request.js';

/**
 * Whether two requests ask for the same, as far as bodies can be compared: texts, forms of texts and bytes. Others
 * cannot be read twice, and pass for the same.
 */
export function isSameRequest(one: KeyedRequest, other: KeyedRequest): boolean {
  return isSamePlace(one, other) && isSameBody(one.body, other.body);
}

export function isSamePlace(one: KeyedRequest, other: KeyedRequest): boolean {
  return one.method === other.method && one.url === other.url;
}

function isSameBody(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const [bytes, others] = [bytesOf(one), bytesOf(other)];
  return bytes === undefined || others === undefined || bytes.equals(others);
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  return ArrayBuffer.isView(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : undefined;
}
