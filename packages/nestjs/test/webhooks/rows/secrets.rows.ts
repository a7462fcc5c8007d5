import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { secret, type WebhookOptions } from '@breakwater/nestjs';
import { answerHandshake, keyRequest, signWebhook, verifyWebhook } from '@breakwater/webhooks';
import type { Row } from '../row.js';
import { hmac, JSON_TYPE, plaid, seconds, stripe } from '../signing.js';
import { withWebhooks, type Platform, type Route, type WebhookApp } from '../webhook-app.fixture.js';

const BODY = '{"id":"evt_1"}';

/** Runs an application with one webhook; the faults that keep it from booting are thrown. */
async function withWebhook(
  platform: Platform,
  webhook: WebhookOptions,
  work: (app: WebhookApp) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const routes: Route[] = ['hook', 'tenants/:tenant'].map((path) => ({ path, provider: 'sender', handle: () => 'ok' }));
  await withWebhooks(platform, { webhooks: { sender: webhook }, routes }, work);
}

async function withVariables(variables: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> {
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}

type HeaderLines = readonly (readonly [string, string])[];

/** The forms that headers have in plain Node besides plain objects. */
const CONTAINERS: Readonly<Record<string, (lines: HeaderLines) => unknown>> = {
  Headers: (lines) => new Headers(lines.map(([name, value]): [string, string] => [name, value])),
  Map: (lines) => new Map(lines),
  'Map of lists': (lines) => new Map(lines.map(([name, value]) => [name, [value]])),
  rawHeaders: (lines) => lines.flat(),
};

export const secretRows: readonly Row[] = [
  {
    id: 'S7',
    sentence: 'finds the secrets of a tenant by a function of the request, and keeps its answer for that tenant',
    run: async (platform) => {
      const asked: string[] = [];
      const known: Record<string, string> = { acme: 'whsec_of_acme', globex: 'whsec_of_globex' };
      const webhook: WebhookOptions = {
        sender: 'stripe',
        secrets: async ({ params }) => {
          await Promise.resolve();
          asked.push(params['tenant']!);
          return known[params['tenant']!];
        },
      };
      await withWebhook(platform, webhook, async ({ post, log }) => {
        const send = (tenant: string, key: string, id: string) => {
          const body = JSON.stringify({ id });
          return post(`/tenants/${tenant}`, body, stripe(body, { secret: key })).then(({ status }) => status);
        };
        assert.equal(await send('acme', 'whsec_of_acme', '1'), 200, log.join('\n'));
        assert.equal(await send('globex', 'whsec_of_globex', '1'), 200);
        assert.equal(await send('acme', 'whsec_of_acme', '2'), 200);
        assert.deepEqual(asked, ['acme', 'globex']);
        assert.equal(await send('globex', 'whsec_of_acme', '3'), 401);
        assert.equal(await send('nobody', 'whsec_of_acme', '4'), 401);
      });
    },
  },
  {
    id: 'S7',
    sentence: 'finds the secrets of a shop by a header or by the body, for one request as for the next of another',
    run: async (platform) => {
      const secrets: Record<string, string> = { a: 'whsec_a', b: 'whsec_b' };
      const byHeader: WebhookOptions = {
        sender: 'stripe',
        secrets: ({ headers }) => secrets[String(headers['x-shop'])],
      };
      const byBody: WebhookOptions = {
        sender: 'stripe',
        secrets: ({ body }) => secrets[(body as { shop: string }).shop],
      };
      for (const webhook of [byHeader, byBody]) {
        await withWebhook(platform, webhook, async ({ post }) => {
          for (const [index, shop] of ['a', 'b', 'a'].entries()) {
            const body = JSON.stringify({ id: index, shop });
            const headers = { ...stripe(body, { secret: secrets[shop]! }), 'x-shop': shop };
            assert.equal((await post('/hook', body, headers)).status, 200);
            const other = { ...stripe(body, { secret: secrets[shop === 'a' ? 'b' : 'a']! }), 'x-shop': shop };
            assert.equal((await post('/hook', body, other)).status, 401);
          }
        });
      }
    },
  },
  {
    id: 'S7',
    sentence: 'answers 503 while the secrets of a request cannot be found, and says so in the log',
    run: async (platform) => {
      let down = true;
      const webhook: WebhookOptions = {
        sender: 'stripe',
        secrets: () => (down ? Promise.reject(new Error('the database is down')) : 'whsec_of_the_shop'),
      };
      await withWebhook(platform, webhook, async ({ post, log }) => {
        assert.equal((await post('/hook', BODY, stripe(BODY))).status, 503);
        assert.match(log.at(-1)!, /secrets cannot be found .*the database is down/);
        down = false;
        assert.equal((await post('/hook', BODY, stripe(BODY))).status, 200);
      });
    },
  },
  ...Object.entries({
    'a blank behind it': 'whsec_abc ',
    'a blank before it': ' whsec_abc',
    'a tab behind it': 'whsec_abc\t',
    'quotes around it': '"whsec_abc"',
    'a zero-width space behind it': 'whsec_abc\u200b',
    'a line break before it': '\nwhsec_abc',
    'a line break behind it': 'whsec_abc\n',
  }).map(([what, value]): Row => ({
    id: 'M3',
    sentence: `boots with no secret that has ${what}, or takes it without`,
    run: async (platform) => {
      await withVariables({ WEBHOOK_ROWS_SECRET: value }, async () => {
        const webhook: WebhookOptions = { sender: 'stripe', secrets: [secret('WEBHOOK_ROWS_SECRET')] };
        let isTaken = false;
        const boots = withWebhook(platform, webhook, async ({ post }) => {
          isTaken = (await post('/hook', BODY, stripe(BODY, { secret: 'whsec_abc' }))).status === 200;
        });
        const fault = await boots.then(() => undefined, String);
        assert.ok(isTaken || /sender\.webhook\.secrets\.0/.test(fault ?? ''), fault);
        assert.ok(!fault?.includes('whsec_abc'), fault);
      });
    },
  })),
  {
    id: 'M4',
    sentence:
      'understands a PEM in one line, and the secret of Supabase as its page shows it; refuses a key of one byte',
    run: async (platform) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString().trim().replaceAll('\n', '\\n');
      await withWebhook(platform, { sender: 'sendgrid', secrets: [pem] }, async ({ post }) => {
        const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        const headers = { ...JSON_TYPE, ...signWebhook('sendgrid', { body: BODY }, key) };
        assert.equal((await post('/hook', BODY, headers)).status, 200);
      });
      const whsec = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
      await withWebhook(platform, { sender: 'standard-webhooks', secrets: [`v1,${whsec}`] }, async ({ post }) => {
        const headers = { ...JSON_TYPE, ...signWebhook('standard-webhooks', { body: BODY }, whsec) };
        assert.equal((await post('/hook', BODY, headers)).status, 200);
      });
      await assert.rejects(
        withWebhook(platform, { sender: 'standard-webhooks', secrets: ['whsec_YQ=='] }),
        /secrets\.0/,
      );
    },
  },
  {
    id: 'M5',
    sentence:
      'boots between two rotations, when the variable of the next secret is unset, and takes two secrets of one variable',
    run: async (platform) => {
      const secrets = [secret('WEBHOOK_ROWS_SECRET'), secret('WEBHOOK_ROWS_SECRET_NEXT')];
      const webhook: WebhookOptions = { sender: 'stripe', secrets };
      const takes =
        (key: string) =>
        async ({ post }: WebhookApp) => {
          assert.equal((await post('/hook', BODY, stripe(BODY, { secret: key }))).status, 200);
        };
      await withVariables({ WEBHOOK_ROWS_SECRET: 'whsec_one' }, () =>
        withWebhook(platform, webhook, takes('whsec_one')),
      );
      await withVariables({ WEBHOOK_ROWS_SECRET: 'whsec_one', WEBHOOK_ROWS_SECRET_NEXT: 'whsec_two' }, () =>
        withWebhook(platform, webhook, takes('whsec_two')),
      );
      await withVariables({ WEBHOOK_ROWS_SECRET: 'whsec_one,whsec_two' }, () =>
        withWebhook(platform, webhook, takes('whsec_two')),
      );
      // The first is never missed in silence.
      await assert.rejects(withWebhook(platform, webhook), /WEBHOOK_ROWS_SECRET: the secret is not set/);
    },
  },
  {
    id: 'M6',
    sentence: 'takes a delivery of Paddle that is 6 s late, where the tolerance says so',
    run: async (platform) => {
      const headers = {
        ...JSON_TYPE,
        ...signWebhook('paddle', { body: BODY, now: Date.now() - 6500 }, 'paddle secret'),
      };
      const webhook: WebhookOptions = { sender: 'paddle', secrets: ['paddle secret'] };
      await withWebhook(platform, webhook, async ({ post }) => {
        assert.equal((await post('/hook', BODY, headers)).status, 401);
      });
      await withWebhook(platform, { ...webhook, tolerance: '1m' }, async ({ post }) => {
        assert.equal((await post('/hook', BODY, headers)).status, 200);
      });
    },
  },
  {
    id: 'M7',
    sentence: 'says what a tolerance needs that is longer than deliveries are remembered, and takes it with that',
    run: async (platform) => {
      const webhook: WebhookOptions = { sender: 'stripe', secrets: ['whsec_of_the_shop'], tolerance: '365d' };
      await assert.rejects(withWebhook(platform, webhook), /inbox\.keep: .*at least twice the tolerance/);
      await withWebhook(platform, { ...webhook, inbox: { keep: '730d' } }, async ({ post }) => {
        assert.equal((await post('/hook', BODY, stripe(BODY, { at: seconds(-300 * 86_400) }))).status, 200);
      });
    },
  },
  {
    id: 'M8',
    sentence: 'fetches no certificate for SNS but that of Amazon, whatever the request names',
    run: async (platform) => {
      const fetched: string[] = [];
      const webhook: WebhookOptions = {
        sender: 'aws-sns',
        fetchKey: async (wanted) => {
          fetched.push(wanted.kind === 'url' ? wanted.url : wanted.kid);
          throw new Error('no network here');
        },
      };
      const message = (url: string) =>
        JSON.stringify({
          Type: 'Notification',
          MessageId: '1',
          TopicArn: 'arn:aws:sns:eu-west-1:1:a',
          Message: 'm',
          Timestamp: new Date().toISOString(),
          SignatureVersion: '2',
          Signature: 'AAAA',
          SigningCertURL: url,
        });
      await withWebhook(platform, webhook, async ({ post }) => {
        for (const url of [
          'https://sns.s3-ap-southeast-2.amazonaws.com/evil.pem',
          'https://sns.execute-api.amazonaws.com/SimpleNotificationService-0.pem',
          'https://sns.eu-west-1.amazonaws.com/evil.pem',
          'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem',
        ]) {
          assert.equal((await post('/hook', message(url), { 'content-type': 'text/plain' })).status, 401, url);
        }
        assert.deepEqual(fetched, []);
      });
    },
  },
  {
    id: 'M9',
    sentence: 'refuses a hash of Dropbox Sign that is a year old',
    run: async (platform) => {
      const time = String(seconds(-365 * 86_400));
      const event = {
        event_type: 'signature_request_sent',
        event_time: time,
        event_hash: hmac('sha256', 'api key', `${time}signature_request_sent`),
      };
      await withWebhook(platform, { sender: 'dropbox-sign', secrets: ['api key'] }, async ({ post }) => {
        assert.equal((await post('/hook', JSON.stringify({ event }), JSON_TYPE)).status, 401);
      });
    },
  },
  {
    id: 'M12',
    sentence:
      'understands headers in a Headers, a Map or rawHeaders of plain Node, with the verdicts of a plain object',
    run: () => {
      for (const contain of Object.values(CONTAINERS)) {
        const verdict = (lines: HeaderLines, body = BODY) => {
          const request = { headers: contain(lines) as never, body: Buffer.from(body) };
          const answer = verifyWebhook('stripe', request, 'whsec_of_the_shop');
          return answer.ok ? 'ok' : answer.reason;
        };
        const { 'stripe-signature': signature } = stripe(BODY);
        const { 'stripe-signature': stale } = stripe(BODY, { at: seconds(-3600) });
        const type = ['Content-Type', 'application/json'] as const;
        assert.equal(verdict([type, ['Stripe-Signature', signature]]), 'ok');
        assert.equal(verdict([type, ['stripe-signature', signature]]), 'ok');
        assert.equal(verdict([type, ['Stripe-Signature', signature]], `${BODY} `), 'mismatch');
        assert.equal(verdict([type, ['Stripe-Signature', stale]]), 'stale');
        assert.equal(verdict([type, ['Stripe-Signature', 'v1=00']]), 'malformed');
        assert.equal(verdict([type]), 'missing');
        assert.equal(verdict([]), 'missing');
        // A value is not taken for a name.
        assert.equal(
          verdict([
            ['X-Note', 'Stripe-Signature'],
            ['X-Other', signature],
          ]),
          'missing',
        );
      }
      return Promise.resolve();
    },
  },
  {
    id: 'M12',
    sentence:
      'refuses a signature that comes twice in a Headers, a Map or rawHeaders, and reads handshakes and keys there',
    run: () => {
      const { 'stripe-signature': signature } = stripe(BODY);
      const twice: HeaderLines = [
        ['Stripe-Signature', signature],
        ['stripe-signature', signature],
      ];
      const body = Buffer.from(BODY);
      for (const contain of Object.values(CONTAINERS)) {
        const request = { headers: contain(twice) as never, body };
        const answer = verifyWebhook('stripe', request, 'whsec_of_the_shop');
        assert.deepEqual([answer.ok, !answer.ok && answer.reason], [false, 'duplicate-header']);
        const handedOver = contain([['X-Hook-Secret', 'secret_of_the_first_0001']]) as never;
        const echo = answerHandshake('asana', { method: 'POST', headers: handedOver, body });
        assert.equal(echo?.headers['x-hook-secret'], 'secret_of_the_first_0001');
        const plaids = contain([['Plaid-Verification', plaid(BODY, seconds())]]) as never;
        assert.deepEqual(keyRequest('plaid', { headers: plaids, body }), { ok: true, kind: 'kid', kid: 'key-1' });
      }
      return Promise.resolve();
    },
  },
];
