import { createHmac, createSecretKey, generateKeyPairSync, timingSafeEqual, verify } from 'node:crypto';
import { prepareSecrets, signWebhook, verifyWebhook } from '@breakwater/webhooks';
import { verify as octokitVerify } from '@octokit/webhooks-methods';
import sendgrid from '@sendgrid/eventwebhook';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import type { WebhookCase } from './webhook-case.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OURS = ['github', 'shopify', 'stripe', 'slack', 'standard-webhooks', 'svix'] as const;
const UNSIGNED = {
  host: 'shop.example',
  'user-agent': 'webhooks/1.0',
  accept: '*/*',
  'content-type': 'application/json',
  'accept-encoding': 'gzip',
};

/** Ours beside Node's own functions, and beside the libraries of the senders, over a body of so many bytes. */
export function webhookCases(bytes: number): readonly WebhookCase[] {
  const body = Buffer.from(`{"id":"evt_1","data":"${'a'.repeat(bytes - 24)}"}`);
  const raw = `raw HMAC ${bytes}`;
  return [
    { name: raw, run: rawHmac(body) },
    ...OURS.map((sender) => ({ name: `breakwater ${sender} ${bytes}`, beside: raw, run: ours(sender, body) })),
    ...theirs(body).map((each) => ({ ...each, name: `${each.name} ${bytes}`, beside: raw })),
    ...ecdsa(body, bytes),
    ...refusals(body).map((each) => ({ ...each, name: `${each.name} ${bytes}`, beside: raw })),
  ];
}

function rawHmac(body: Buffer): () => void {
  const key = createSecretKey(Buffer.from(SECRET));
  const expected = createHmac('sha256', key).update(body).digest();
  return () => expectTrue(timingSafeEqual(createHmac('sha256', key).update(body).digest(), expected));
}

function ours(sender: string, body: Buffer): () => void {
  const secrets = prepareSecrets(sender, SECRET);
  const request = { method: 'POST', headers: headersOf(sender, body), body };
  return () => expectTrue(verifyWebhook(sender, request, secrets).ok);
}

/** As the parser of Node gives them: strings in one piece. */
function headersOf(sender: string, body: Buffer, secret = SECRET): Record<string, string> {
  const headers = { ...UNSIGNED, 'content-length': String(body.length), ...signWebhook(sender, { body }, secret) };
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}

function theirs(body: Buffer): readonly Omit<WebhookCase, 'beside'>[] {
  const { webhooks } = new Stripe('sk_test_1');
  const stripeHeader = headersOf('stripe', body)['stripe-signature'] ?? '';
  const standard = new StandardWebhook(SECRET);
  const standardHeaders = headersOf('standard-webhooks', body);
  const svix = new SvixWebhook(SECRET);
  const svixHeaders = headersOf('svix', body);
  const github = headersOf('github', body)['x-hub-signature-256'] ?? '';
  return [
    { name: 'stripe', run: () => webhooks.constructEvent(body, stripeHeader, SECRET) },
    { name: 'standardwebhooks', run: () => standard.verify(body, standardHeaders) },
    { name: 'svix', run: () => svix.verify(body, svixHeaders) },
    {
      name: '@octokit/webhooks-methods',
      waits: true,
      run: async () => expectTrue(await octokitVerify(SECRET, body.toString(), github)),
    },
  ];
}

function ecdsa(body: Buffer, bytes: number): readonly WebhookCase[] {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const headers = headersOf('sendgrid', body, String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  const signature = headers['x-twilio-email-event-webhook-signature'] ?? '';
  const timestamp = headers['x-twilio-email-event-webhook-timestamp'] ?? '';
  const secrets = prepareSecrets('sendgrid', spki);
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  const der = Buffer.from(signature, 'base64');
  const library = new sendgrid.EventWebhook();
  const key = library.convertPublicKeyToECDSA(spki);
  const raw = `raw ECDSA ${bytes}`;
  return [
    { name: raw, run: () => expectTrue(verify('sha256', signed, publicKey, der)) },
    {
      name: `breakwater sendgrid ${bytes}`,
      beside: raw,
      run: () => expectTrue(verifyWebhook('sendgrid', { headers, body }, secrets).ok),
    },
    {
      name: `@sendgrid/eventwebhook ${bytes}`,
      beside: raw,
      run: () => expectTrue(library.verifySignature(key, body, signature, timestamp)),
    },
  ];
}

function refusals(body: Buffer): readonly Omit<WebhookCase, 'beside'>[] {
  const secrets = prepareSecrets('stripe', SECRET);
  const genuine = headersOf('stripe', body);
  const stale = { method: 'POST', headers: genuine, body };
  const malformed = { method: 'POST', headers: { ...genuine, 'stripe-signature': 't=1,v1=00' }, body };
  const later = { now: Date.UTC(2100, 0, 1) };
  return [
    {
      name: 'breakwater refuses a stale one',
      run: () => expectTrue(!verifyWebhook('stripe', stale, secrets, later).ok),
    },
    {
      name: 'breakwater refuses a malformed one',
      run: () => expectTrue(!verifyWebhook('stripe', malformed, secrets).ok),
    },
  ];
}

function expectTrue(condition: boolean): void {
  if (!condition) throw new Error('the benchmark verifies wrongly');
}
