import type { Credential } from '@breakwater/core/adapter';
import type { SecretReader } from '../../config/fields/secret-reader.js';
import type { HttpSettings } from './http.options.js';

/**
 * The header that carries a credential: `Authorization` in the form of RFC 6750 or RFC 7617, or one of the provider's
 * own. It can be renewed where secrets can be read anew.
 */
export function credentialOf(
  { bearer, basic, header }: NonNullable<HttpSettings['auth']>,
  secrets: SecretReader,
): Credential | undefined {
  const renewable = secrets.renew !== undefined;
  if (bearer !== undefined) return { name: 'Authorization', value: `Bearer ${secrets.reveal(bearer)}`, renewable };
  if (basic !== undefined) {
    const pair = `${secrets.reveal(basic.username)}:${secrets.reveal(basic.password)}`;
    return { name: 'Authorization', value: `Basic ${Buffer.from(pair).toString('base64')}`, renewable };
  }
  return header && { name: header.name, value: secrets.reveal(header.value), renewable };
}
