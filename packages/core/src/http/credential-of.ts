import type { CredentialText } from './http.options.js';

interface AuthSettings {
  readonly bearer?: CredentialText | undefined;
  readonly basic?: { readonly username: CredentialText; readonly password: CredentialText } | undefined;
  readonly header?: { readonly name: string; readonly value: CredentialText } | undefined;
}

/**
 * The header that carries a credential: `Authorization` in the form of RFC 6750 or RFC 7617, or one of the provider's
 * own.
 */
export function credentialOf(auth: AuthSettings | undefined): { name: string; value: string } | undefined {
  const { bearer, basic, header } = auth ?? {};
  if (bearer !== undefined) return { name: 'Authorization', value: `Bearer ${read(bearer)}` };
  if (basic !== undefined) {
    const pair = Buffer.from(`${read(basic.username)}:${read(basic.password)}`);
    return { name: 'Authorization', value: `Basic ${pair.toString('base64')}` };
  }
  return header && { name: header.name, value: read(header.value) };
}

function read(credential: CredentialText): string {
  return typeof credential === 'string' ? credential : credential();
}
