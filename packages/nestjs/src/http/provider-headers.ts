import { currentCall } from '@breakwater/core';
import type { SecretReader } from '../fields/secret-reader.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';
import { httpSection } from './http.section.js';
import type { HttpSettings } from './http.options.js';

/** Methods that change nothing, so that no key is needed to repeat them (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** What a request to a provider carries beside what the caller gave it: configured headers, credential, idempotency key. */
export function providerHeaders(
  { sections, secrets }: ResilienceParts,
  provider: string,
  method: string,
): Record<string, string> {
  const settings = sections.get(provider, httpSection);
  const headers: Record<string, string> = { ...settings?.headers };
  const credential = settings?.auth && credentialOf(secrets, settings.auth);
  if (credential !== undefined) headers[credential.name] = credential.value;
  const call = currentCall();
  const isKeyed = call?.provider === provider && call.idempotencyKey !== undefined && !SAFE.has(method);
  if (isKeyed) headers[call.idempotencyHeader!] = call.idempotencyKey;
  return headers;
}

function credentialOf(
  secrets: SecretReader,
  { bearer, basic, header }: NonNullable<HttpSettings['auth']>,
): { name: string; value: string } | undefined {
  if (bearer !== undefined) return { name: 'Authorization', value: `Bearer ${secrets.reveal(bearer)}` };
  if (basic !== undefined) {
    const pair = `${secrets.reveal(basic.username)}:${secrets.reveal(basic.password)}`;
    return { name: 'Authorization', value: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  return header && { name: header.name, value: secrets.reveal(header.value) };
}
