import type { CredentialText } from './http.options.js';
import type { TokenSource } from './oauth2/token-source.js';
import type { OAuth2Settings } from './oauth2/oauth2.options.js';

interface AuthSettings {
  readonly bearer?: CredentialText | undefined;
  readonly basic?: { readonly username: CredentialText; readonly password: CredentialText } | undefined;
  readonly header?: { readonly name: string; readonly value: CredentialText } | undefined;
}

interface TokenSettings {
  readonly oauth2?: OAuth2Settings<CredentialText> | undefined;
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

/** How the tokens are come by that the settings ask for. */
export function tokenSourceOf({ oauth2 }: TokenSettings = {}): TokenSource | undefined {
  if (oauth2 === undefined) return undefined;
  return {
    settings: oauth2,
    client: () => ({ id: read(oauth2.clientId), secret: read(oauth2.clientSecret) }),
  };
}

function read(credential: CredentialText): string {
  return typeof credential === 'string' ? credential : credential();
}
