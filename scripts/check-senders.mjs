// Holds our senders to the packages that the senders themselves publish: each must accept what we sign, and refuse it
// once a byte of the body has changed; the other way round where the package signs. The packages are installed apart,
// into .cache/senders, and are no dependencies. Usage: npm run test:senders
import { spawnSync } from 'node:child_process';
import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signWebhook, verifyWebhook } from '../packages/webhooks/dist/esm/index.js';

const VERSIONS = {
  '@contentful/node-apps-toolkit': '3.16.1',
  '@easypost/api': '8.9.0',
  '@elevenlabs/elevenlabs-js': '2.73.0',
  '@hookdeck/sdk': '0.4.0',
  '@onfido/api': '6.2.0',
  '@sanity/webhook': '4.0.4',
  '@upstash/qstash': '2.12.0',
  braintree: '3.40.0',
  'gocardless-nodejs': '10.1.2',
  inngest: '4.24.0',
  'livekit-server-sdk': '2.19.2',
  mercadopago: '3.6.1',
  messagebird: '4.0.1',
  'modern-treasury': '3.3.0',
  plivo: '4.79.0',
  pusher: '5.3.4',
  'retell-sdk': '5.66.1',
  'stream-chat': '9.53.0',
  telnyx: '7.24.0',
  'webflow-api': '3.3.4',
};

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'senders');
install();
const require = createRequire(join(folder, 'package.json'));

const SECRET = '0123456789abcdef'.repeat(4);
const BODY = '{"id":"evt_1","type":"thing.updated","note":"naïve café 🚀","amount":1.0,"data":{"id":"12345"}}';
const URL = 'https://shop.example/hook';
const ed25519 = generateKeyPairSync('ed25519');

/** A refusal is an exception for some packages and a value for others. */
const throws = (run) => async (request) => {
  await run(request);
  return true;
};

/** Each package's own way to verify `{ headers, body }`. */
const THEIRS = {
  contentful: ({ headers, body }) => {
    const { verifyRequest } = require('@contentful/node-apps-toolkit');
    return verifyRequest(SECRET, { method: 'POST', path: '/hook', headers, body }, 0);
  },
  easypost: throws(({ headers, body }) => {
    const EasyPost = require('@easypost/api');
    const named = { 'X-Hmac-Signature': headers['x-hmac-signature'] };
    new EasyPost('key').Utils.validateWebhook(Buffer.from(body), named, SECRET);
  }),
  elevenlabs: throws(async ({ headers, body }) => {
    const { ElevenLabsClient } = require('@elevenlabs/elevenlabs-js');
    const client = new ElevenLabsClient({ apiKey: 'key' });
    await client.webhooks.constructEvent(body, headers['elevenlabs-signature'], SECRET);
  }),
  hookdeck: async ({ headers, body }) => {
    const { verifyWebhookSignature } = require('@hookdeck/sdk/webhooks/helpers');
    const given = { headers, rawBody: body, signingSecret: SECRET };
    return (await verifyWebhookSignature(given)).isValidSignature;
  },
  onfido: throws(({ headers, body }) => {
    const { WebhookEventVerifier } = require('@onfido/api');
    new WebhookEventVerifier(SECRET).readPayload(body, headers['x-sha2-signature']);
  }),
  sanity: ({ headers, body }) => {
    const { isValidSignature } = require('@sanity/webhook');
    return isValidSignature(body, headers['sanity-webhook-signature'], SECRET);
  },
  qstash: ({ headers, body }) => {
    const { Receiver } = require('@upstash/qstash');
    const receiver = new Receiver({ currentSigningKey: SECRET, nextSigningKey: 'next' });
    return receiver.verify({ signature: headers['upstash-signature'], body, url: URL });
  },
  gocardless: throws(({ headers, body }) => {
    require('gocardless-nodejs/webhooks').parse(body, SECRET, headers['webhook-signature']);
  }),
  inngest: async ({ headers, body }) => {
    const { signDataWithKey } = require(join(folder, 'node_modules/inngest/helpers/net.cjs'));
    const entries = new URLSearchParams(headers['x-inngest-signature']);
    return (await signDataWithKey(body, SECRET, entries.get('t'), console)) === entries.get('s');
  },
  mercadopago: throws(({ headers }) => {
    require('mercadopago').WebhookSignatureValidator.validate({
      xSignature: headers['x-signature'],
      xRequestId: headers['x-request-id'],
      dataId: '12345',
      secret: SECRET,
    });
  }),
  messagebird: ({ headers, body }) => {
    const { verify, VerifyOptions } = require('messagebird/lib/webhook-signature-jwt');
    const token = headers['messagebird-signature-jwt'];
    return verify(URL, Buffer.from(body), token, createSecretKey(Buffer.from(SECRET)), new VerifyOptions());
  },
  'modern-treasury': ({ headers, body }) => {
    const ModernTreasury = require('modern-treasury').default;
    const client = new ModernTreasury({ apiKey: 'key', organizationID: 'org' });
    return client.webhooks.validateSignature(body, headers, { key: SECRET });
  },
  plivo: ({ headers, body }) => {
    const { validateV3Signature } = require('plivo');
    const parameters = Object.fromEntries(new URLSearchParams(body));
    const { 'x-plivo-signature-v3-nonce': nonce, 'x-plivo-signature-v3': signature } = headers;
    return validateV3Signature('POST', `${URL}?b=2&a=1`, nonce, SECRET, signature, parameters);
  },
  pusher: ({ headers, body }) => {
    const Pusher = require('pusher');
    const client = new Pusher({ appId: '1', key: 'key', secret: SECRET });
    const named = { ...headers, 'x-pusher-key': 'key', 'content-type': 'application/json' };
    return client.webhook({ headers: named, rawBody: body }).isValid();
  },
  retell: ({ headers, body }) =>
    require('retell-sdk/lib/webhook_auth').verify(body, SECRET, headers['x-retell-signature']),
  getstream: ({ headers, body }) => {
    const { StreamChat } = require('stream-chat');
    return new StreamChat('key', SECRET).verifyWebhook(body, headers['x-signature']);
  },
  telnyx: throws(async ({ headers, body }) => {
    const { TelnyxWebhook } = require('telnyx/lib/webhooks');
    const raw = ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
    await new TelnyxWebhook(raw).verify(body, headers);
  }),
  webflow: ({ headers, body }) => {
    const { WebflowClient } = require('webflow-api');
    return new WebflowClient({ accessToken: 'token' }).webhooks.verifySignature({ headers, body, secret: SECRET });
  },
};

/** The parts of a webhook that some senders sign besides. */
const BESIDES = {
  contentful: { headers: { 'x-contentful-signed-headers': 'x-contentful-signed-headers,x-contentful-timestamp' } },
  mercadopago: { url: `${URL}?data.id=12345` },
  plivo: {
    body: 'To=1212&From=1415',
    url: `${URL}?b=2&a=1`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
};
/** Signatures that leave the body out. */
const BODY_UNSIGNED = new Set(['mercadopago']);

const failures = [];
let checks = 0;
for (const [sender, theirs] of Object.entries(THEIRS)) {
  const { body = BODY, url = URL, headers: besides = {} } = BESIDES[sender] ?? {};
  const secret = sender === 'telnyx' ? ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }) : SECRET;
  const headers = { ...besides, ...signWebhook(sender, { body, url, headers: besides }, secret) };
  check(`${sender} accepts what we sign`, await accepts(theirs, { headers, body }));
  const other = body.replace('1', '2');
  if (!BODY_UNSIGNED.has(sender))
    check(`${sender} refuses another body`, !(await accepts(theirs, { headers, body: other })));
}
await checkTheirSignatures();
process.stdout.write(
  `${checks - failures.length} of ${checks} checks against ${Object.keys(VERSIONS).length} packages agree\n`,
);
for (const failure of failures) process.stdout.write(`DISAGREES: ${failure}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Packages that sign as well: we verify. */
async function checkTheirSignatures() {
  const now = Date.now();
  const { encodeSignatureHeader } = require('@sanity/webhook');
  const sanity = { 'sanity-webhook-signature': await encodeSignatureHeader(BODY, now, SECRET) };
  check('we accept what @sanity/webhook signs', ours('sanity', sanity));

  const { sign } = require('retell-sdk/lib/webhook_auth');
  check('we accept what retell-sdk signs', ours('retell', { 'x-retell-signature': await sign(BODY, SECRET) }));

  const ModernTreasury = require('modern-treasury').default;
  const treasury = new ModernTreasury({ apiKey: 'key', organizationID: 'org' });
  const signature = treasury.webhooks.getSignature(BODY, { key: SECRET });
  check('we accept what modern-treasury signs', ours('modern-treasury', { 'x-signature': signature }));

  const { signRequest } = require('@contentful/node-apps-toolkit');
  const asked = { method: 'POST', path: '/hook', headers: { 'x-contentful-topic': 'Entry.publish' }, body: BODY };
  const contentful = { ...asked.headers, ...signRequest(SECRET, asked) };
  check('we accept what @contentful/node-apps-toolkit signs', ours('contentful', contentful));

  const { AccessToken } = require('livekit-server-sdk');
  const token = new AccessToken('APIkey', SECRET);
  token.sha256 = createHash('sha256').update(BODY).digest('base64');
  const livekit = { authorization: await token.toJwt() };
  check('we accept what livekit-server-sdk signs', ours('livekit', livekit));
  check('we refuse another body of livekit', !ours('livekit', livekit, `${BODY} `));

  const braintree = require('braintree');
  const gateway = new braintree.BraintreeGateway({
    environment: braintree.Environment.Sandbox,
    merchantId: 'merchant',
    publicKey: 'public',
    privateKey: SECRET,
  });
  const form = gateway.webhookTesting.sampleNotification(braintree.WebhookNotification.Kind.Check, 'my_id');
  const body = new URLSearchParams(form).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  check('we accept what braintree signs', ours('braintree', type, body));
  check(
    'we refuse another payload of braintree',
    !ours('braintree', type, body.replace('bt_payload=P', 'bt_payload=Q')),
  );
}

function ours(sender, headers, body = BODY) {
  return verifyWebhook(sender, { method: 'POST', url: URL, headers, body: Buffer.from(body) }, SECRET).ok;
}

async function accepts(theirs, request) {
  try {
    return (await theirs(request)) === true;
  } catch {
    return false;
  }
}

function check(what, holds) {
  checks++;
  if (!holds) failures.push(what);
}

/** Once for each set of versions. Their install scripts are not run. */
function install() {
  const manifest = JSON.stringify({ private: true, dependencies: VERSIONS }, null, 2);
  const file = join(folder, 'package.json');
  const done = join(folder, 'installed.json');
  mkdirSync(folder, { recursive: true });
  if (read(done) === manifest) return;
  writeFileSync(file, manifest);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(done, manifest);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
