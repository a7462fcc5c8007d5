import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { defineSender } from './definition/define-sender.js';
import { prepareSecrets } from './prepare-secrets.js';
import type { Sender } from './definition/sender.js';
import { signWebhook } from './sign-webhook.js';
import { verifyWebhook } from './verify-webhook.js';
import { isWebhookConfigurationError } from './contract/webhook-configuration-error.js';

const hexKeyed = defineSender({
  name: 'hex-keyed',
  algorithm: 'hmac-sha256',
  key: 'hex',
  signature: { header: 'x-signature' },
});
const ecdsa = defineSender({
  name: 'ecdsa',
  algorithm: 'ecdsa-p256-sha256',
  signature: { header: 'x-signature', encoding: 'base64' },
});
const ed25519Spki = 'MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';

function refusal(sender: string | Sender, secrets: unknown): string {
  try {
    prepareSecrets(sender, secrets as string[], { provider: 'payments' });
  } catch (error) {
    if (isWebhookConfigurationError(error)) return error.message;
    throw error;
  }
  throw new Error('the secrets were accepted');
}

describe('prepareSecrets', () => {
  it('names the provider, the sender, which secret it is and the cure', () => {
    expect(refusal('stripe', ['whsec_good', ''])).toBe(
      'Webhook secret 2 of 2 of the provider "payments" (sender "stripe") is empty: ' +
        'copy it from the page where the sender shows it.',
    );
  });

  it.each<[string, string | Sender, unknown, RegExp]>([
    ['an empty secret, which createHmac would take', 'github', [''], /is empty/],
    ['blanks only', 'github', ['  '], /is empty/],
    ['no secret at all', 'github', [], /has no webhook secret/],
    ['secrets that are not there', 'github', undefined, /has no webhook secret/],
    ['a secret that is undefined', 'github', [undefined], /is undefined, not text.*is its variable set/],
    ['the text "undefined"', 'github', ['undefined'], /text of an unset value/],
    ['a line break from a file', 'github', ['secret\n'], /ends in a line break/],
    ['hex with an odd digit', hexKeyed, ['abcde'], /is not hex/],
    ['hex with a foreign character', hexKeyed, ['abcg'], /is not hex/],
    ['base64 that is not canonical', 'standard-webhooks', ['whsec_YR=='], /is not canonical base64/],
    ['base64 of the URL alphabet', 'standard-webhooks', ['whsec_-_-_'], /is not canonical base64/],
    ['a prefix and nothing else', 'standard-webhooks', ['whsec_'], /nothing behind its prefix/],
    ['an ed25519 key of another size', 'standard-webhooks', ['whpk_YWJj'], /has 3 bytes/],
    ['a private key', 'standard-webhooks', ['whsk_YWJj'], /is a private key/],
    ['a public key of another kind', ecdsa, [ed25519Spki], /key of another kind/],
    ['a public key that is none', ecdsa, ['YWJj'], /is no public key/],
    ['PEM of a private key', ecdsa, ['-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----'], /something else/],
    ['more secrets than can be meant', 'github', Array.from({ length: 17 }, (_, i) => `s${i}`), /at most 16/],
  ])('refuses %s at boot', (_what, sender, secrets, message) => {
    expect(refusal(sender, secrets)).toMatch(message);
  });

  it('never prints a secret, in a refusal or in what it gives', () => {
    expect(refusal(hexKeyed, ['deadbeefX'])).not.toContain('deadbeef');
    const prepared = prepareSecrets('stripe', ['whsec_hidden']);
    expect(inspect(prepared, { depth: 10, showHidden: true }) + JSON.stringify(prepared)).not.toContain('hidden');
  });

  it('takes Standard Webhooks secrets with and without their prefix', () => {
    const body = Buffer.from('{}');
    const now = 1_700_000_000_000;
    const bare = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signWebhook('standard-webhooks', { body, id: 'msg_1', now }, `whsec_${bare}`);
    expect(verifyWebhook('standard-webhooks', { headers, body }, [bare], { now }).ok).toBe(true);
  });

  it('gives secrets for one sender only', () => {
    const prepared = prepareSecrets('stripe', ['s']);
    const request = { headers: {}, body: Buffer.alloc(0) };
    expect(() => verifyWebhook('github', request, prepared)).toThrow(
      /prepared for the sender "stripe", not for "github"/,
    );
  });
});
