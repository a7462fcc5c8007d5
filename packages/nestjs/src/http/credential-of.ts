import type { SecretReader } from '../fields/secret-reader.js';
import type { HttpSettings } from './http.options.js';

/**
 * The header that carries a credential: `Authorization` in the form of RFC 6750 or RFC 7617, or one of the provider's
 * own.
 */
export function credentialOf(
  { bearer, basic, header }: NonNullable<HttpSettings['auth']>,
  secrets: SecretReader,
): { name: string; value: string } | undefined {
  if (bearer !== undefined) return { name: 'Authorization', value: `Bearer ${secrets.reveal(bearer)}` };
  if (basic !== undefined) {
    const pair = `${secrets.reveal(basic.username)}:${secrets.reveal(basic.password)}`;
    return { name: 'Authorization', value: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  return header && { name: header.name, value: secrets.reveal(header.value) };
}
