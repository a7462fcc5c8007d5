import { createHash } from 'node:crypto';

/** The name of one of a provider's circuits to other hosts. The key of a keyed one is hashed: it may be personal. */
export function circuitId(operation: string | undefined, key: string | undefined): string {
  const ofKey = key === undefined ? '' : createHash('sha256').update(key).digest('base64url').slice(0, 22);
  return `${operation ?? ''}:${ofKey}`;
}
