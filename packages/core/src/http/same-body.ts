/**
 * Whether two bodies are the same; `undefined` where that cannot be told: streams, forms of parts and blobs of one
 * size cannot be compared without reading them.
 */
export function isSameBody(one: unknown, other: unknown): boolean | undefined {
  if (one === other) return true;
  if (one instanceof Blob && other instanceof Blob && one.size !== other.size) return false;
  const [bytes, others] = [bytesOf(one), bytesOf(other)];
  return bytes === undefined || others === undefined ? undefined : bytes.equals(others);
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  return ArrayBuffer.isView(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : undefined;
}
