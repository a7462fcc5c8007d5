import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { HttpSignatureAlgorithm } from '../src/http-signatures/http-signature-key.js';
import { httpSignatureSender } from '../src/http-signatures/http-signature-sender.js';
import type { Sender } from '../src/definition/sender.js';
import { verifyWebhook } from '../src/verify-webhook.js';
import { isWebhookConfigurationError } from '../src/contract/webhook-configuration-error.js';

/** One known answer: `now` and `tolerance` in seconds; `source` says who published it. */
interface Vector {
  readonly id: string;
  readonly scheme: string;
  readonly source: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly publicKey?: string;
  readonly alg?: HttpSignatureAlgorithm;
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

const folder = new URL('../src/vectors/', import.meta.url);
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vector[]);

/** The algorithm of HTTP message signatures is part of the receiver's configuration. */
function senderOf({ scheme, alg }: Vector): string | Sender {
  return alg === undefined ? scheme : httpSignatureSender({ name: scheme, algorithm: alg, components: [] });
}

function verdict(vector: Vector): 'valid' | 'invalid' {
  const { method, url, headers, rawBody, rawBodyBase64, now, tolerance } = vector;
  const body = rawBodyBase64 === undefined ? Buffer.from(rawBody) : Buffer.from(rawBodyBase64, 'base64');
  const secrets = vector.secrets ?? (vector.secret === undefined ? [] : [vector.secret]);
  const options = {
    ...(vector.publicKey !== undefined && { keys: [vector.publicKey] }),
    ...(now !== undefined && { now: now * 1000 }),
    ...(tolerance !== undefined && { tolerance: tolerance * 1000 }),
  };
  try {
    const request = { headers, body, ...(method && { method }), ...(url && { url }) };
    return verifyWebhook(senderOf(vector), request, secrets, options).ok ? 'valid' : 'invalid';
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
