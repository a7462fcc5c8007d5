import { createHash } from 'node:crypto';
import type { Environment } from '../../../engine/policy.js';

/** The place of a limit in the store. The key of a keyed one is hashed: it may be personal, or a secret. */
export function storeKey({ provider, operation }: Pick<Environment, 'provider' | 'operation'>, key?: string): string {
  const whose = operation === undefined ? '' : `:of:${operation}`;
  return `rateLimit:${provider}${whose}${key === undefined ? '' : `:for:${shortId(key)}`}`;
}

function shortId(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
