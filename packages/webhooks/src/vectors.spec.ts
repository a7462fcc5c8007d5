import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { verifyWebhook } from './verify-webhook.js';
import { isWebhookConfigurationError } from './webhook-configuration-error.js';

/** One known answer: `now` and `tolerance` in seconds; `source` says who published it. */
interface Vector {
  readonly id: string;
  readonly scheme: string;
  readonly source: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly publicKey?: string;
  readonly headers: Record<string, string>;
  readonly method?: string;
  readonly url?: string;
  readonly rawBody: string;
  readonly rawBodyBase64?: string;
  readonly now?: number;
  readonly tolerance?: number;
  readonly expect: 'valid' | 'invalid';
  readonly why: string;
}

const folder = new URL('./vectors/', import.meta.url);
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vector[]);

function verdict(vector: Vector): 'valid' | 'invalid' {
  const { method, url, headers, rawBody, rawBodyBase64, now, tolerance } = vector;
  const body = rawBodyBase64 === undefined ? Buffer.from(rawBody) : Buffer.from(rawBodyBase64, 'base64');
  const secrets = vector.secrets ?? [vector.secret ?? vector.publicKey ?? ''];
  const options = {
    ...(now !== undefined && { now: now * 1000 }),
    ...(tolerance !== undefined && { tolerance: tolerance * 1000 }),
  };
  try {
    const request = { headers, body, ...(method && { method }), ...(url && { url }) };
    return verifyWebhook(vector.scheme, request, secrets, options).ok ? 'valid' : 'invalid';
  } catch (error) {
    if (isWebhookConfigurationError(error) && /secret/.test(error.message)) return 'invalid';
    throw error;
  }
}

describe('known answers', () => {
  for (const vector of vectors) {
    it(`${vector.scheme}: ${vector.id} is ${vector.expect} (${vector.why})`, () => {
      expect(verdict(vector)).toBe(vector.expect);
    });
  }
});
