import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { parseSecretText, type KeyFault } from './secret-text.js';
import type { Scheme } from '../definition/scheme.js';
import { MaterialKey, type SecretKey } from './secret-key.js';

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const MOST_CERTIFICATES = 8;
const LEAST_BITS = 2048;

/**
 * Makes a key of an RSA certificate in PEM, or of a pinned public key in PEM.
 *
 * A bundle is taken leaf first, and each certificate has to be issued by the one that follows. The fetcher vouches
 * for the last one: there is no store of roots here.
 */
export function importCertificate(secret: unknown, scheme: Scheme): SecretKey | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  const cure = 'give the certificate, or the public key, of the sender as PEM';
  try {
    if (text.includes('-----BEGIN PUBLIC KEY-----')) return keyOf(scheme, createPublicKey(text));
    const blocks = text.match(BLOCK) ?? [];
    if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES) return { fault: 'is no certificate', cure };
    const chain = blocks.map((block) => new X509Certificate(block));
    if (!isChain(chain)) return { fault: 'is a bundle whose certificates did not issue each other in order', cure };
    return keyOf(scheme, (chain[0] as X509Certificate).publicKey, {
      notBeforeMs: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
      notAfterMs: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
    });
  } catch {
    return { fault: 'is no certificate', cure };
  }
}

function keyOf(
  scheme: Scheme,
  key: KeyObject,
  validity: { readonly notBeforeMs?: number; readonly notAfterMs?: number } = {},
): SecretKey | KeyFault {
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS) {
    return { fault: 'is a key of another kind', cure: `give one for RSA of at least ${LEAST_BITS} bits` };
  }
  return new MaterialKey(scheme, { key, ...validity });
}

function isChain(chain: readonly X509Certificate[]): boolean {
  return chain.every((certificate, index) => {
    const issuer = chain[index + 1];
    return (
      issuer === undefined || (issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))
    );
  });
}
