import type { KeyText } from '@breakwater/webhooks';

/**
 * Whether a set of keys (JWKS, RFC 7517 §5) lacks the one with an id. A key without an id may be any, and so may a PEM
 * or a single key.
 */
export function lacksKey(material: KeyText, kid: string | undefined): boolean {
  if (kid === undefined) return false;
  const set = typeof material === 'string' ? parsed(material) : material;
  const { keys } = Object(set) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) return false;
  const ids = keys.map((key: unknown) => (Object(key) as { readonly kid?: unknown }).kid);
  return ids.every((id) => id !== undefined && id !== kid);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
