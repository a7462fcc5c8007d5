import { createHmac } from 'node:crypto';
import type { HttpSettings, ProviderHttp } from './provider-http.js';

/** The headers of the settings that may carry a credential. */
const CREDENTIALS = new Set(['authorization', 'cookie']);

/**
 * Text that stands for the account with which a provider is asked, as it is at the moment: another credential has
 * another, and of OAuth 2 another client has. Never the credential itself. `undefined` where there is none.
 */
export function accountOf(http: ProviderHttp, provider: string): () => string | undefined {
  let known: { readonly credential: string; readonly account: string } | undefined;
  return () => {
    let credential: string;
    try {
      credential = credentialText(http);
    } catch {
      // A secret that cannot be had now: requests will say so.
      return known?.account;
    }
    if (credential === '') return undefined;
    if (credential !== known?.credential) known = { credential, account: digestOf(provider, credential) };
    return known.account;
  };
}

/** Whether the value of a header, by its name in lower case, is a credential of the provider's own. */
export function isOwnCredential(http: ProviderHttp, name: string, value: string): boolean {
  const configured = Object.entries(http.settings()?.headers ?? {});
  if (configured.some(([header, text]) => header.toLowerCase() === name && text === value)) return true;
  try {
    const credential = http.credential();
    return credential?.name.toLowerCase() === name && credential.value === value;
  } catch {
    return false;
  }
}

/** Whether tokens of the provider are asked for there, with the credential of its client. */
export function isTokenEndpoint(http: ProviderHttp, origin: string): boolean {
  const tokenUrl = http.tokens?.()?.settings.tokenUrl;
  return tokenUrl !== undefined && new URL(tokenUrl).origin === origin;
}

function credentialText(http: ProviderHttp): string {
  const settings = http.settings();
  if (settings === undefined) return '';
  const source = http.tokens?.();
  if (source !== undefined) return `${source.settings.tokenUrl} ${source.settings.scope ?? ''} ${source.client().id}`;
  const credential = http.credential();
  const sent = credential === undefined ? '' : `${credential.name}: ${credential.value}`;
  return settings.headers === undefined ? sent : sent + configured(settings.headers);
}

function configured(headers: NonNullable<HttpSettings['headers']>): string {
  let text = '';
  for (const [name, value] of Object.entries(headers)) {
    if (CREDENTIALS.has(name.toLowerCase())) text += `\n${name}: ${value}`;
  }
  return text;
}

function digestOf(provider: string, credential: string): string {
  return createHmac('sha256', `breakwater account ${provider}`).update(credential).digest('base64url').slice(0, 22);
}
