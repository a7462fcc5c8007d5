import type { Acceptance } from '@breakwater/webhooks';

/** What an acceptance lends from its next release on. */
export interface Genuine extends Acceptance {
  identity?(mode?: 'sender' | 'signed'): string | undefined;
  readonly eventType?: string;
  document?(): unknown;
}

export function identityOf(accepted: Genuine, mode: 'sender' | 'signed'): string | undefined {
  if (accepted.identity !== undefined) return accepted.identity(mode);
  const id = accepted.idSigned ? accepted.id : undefined;
  return id === undefined ? `bytes:${accepted.fingerprint()}` : `id:${id}`;
}

export function documentOf(accepted: Genuine, bytes: Buffer | undefined): unknown {
  if (accepted.document !== undefined) return accepted.document();
  try {
    return bytes && (JSON.parse(bytes.toString()) as unknown);
  } catch {
    return undefined;
  }
}
