import assert from 'node:assert/strict';
import { BadRequestException } from '@nestjs/common';
import type { Row } from '../row.js';
import { github, hmac, JSON_TYPE, multipart, MULTIPART_TYPE, seconds, stripe } from '../signing.js';
import { latch, until, withWebhooks, type Route } from '../webhook-app.fixture.js';

const STRIPE = { stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };
const BODY = '{"id":"evt_1"}';

export const answerRows: readonly Row[] = [
  ...[false, true].map((guardOnly): Row => ({
    id: 'S5',
    sentence: `handles a delivery once under ${guardOnly ? 'WebhookGuard' : '@Webhook'} although its sender hung up while the handler was at work`,
    run: async (platform) => {
      let ran = 0;
      const work = latch();
      const routes: Route[] = [
        {
          path: 'stripe',
          provider: 'stripe',
          guardOnly,
          status: 200,
          handle: async () => {
            ran++;
            await work.opened;
            return 'ok';
          },
        },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        const sender = new AbortController();
        const first = post('/stripe', BODY, stripe(BODY), { signal: sender.signal });
        await until(() => ran === 1);
        sender.abort();
        assert.equal((await first).status, 0);
        const during = await post('/stripe', BODY, stripe(BODY));
        assert.equal(during.status, 503);
        work.open();
        // Until the store knows: copies are refused with 503 meanwhile.
        let after = await post('/stripe', BODY, stripe(BODY));
        while (after.status === 503) after = await post('/stripe', BODY, stripe(BODY));
        assert.equal(after.status, guardOnly ? 409 : 200);
        assert.equal(ran, 1);
      });
    },
  })),
  {
    id: 'S8',
    sentence:
      'answers whatever is wrong with a request with 401 and one body: missing, malformed, forged, twice, or broken JSON',
    run: async (platform) => {
      const webhooks = { shopify: { sender: 'shopify', secrets: ['shop secret'] } };
      const routes: Route[] = [{ path: 'shopify', provider: 'shopify', handle: () => assert.fail('handled') }];
      await withWebhooks(platform, { webhooks, routes }, async ({ post, log }) => {
        const name = 'x-shopify-hmac-sha256';
        const genuine = hmac('sha256', 'shop secret', '{}', 'base64');
        const answers = [
          await post('/shopify', '{}', JSON_TYPE),
          await post('/shopify', '{}', { ...JSON_TYPE, [name]: 'invalid' }),
          await post('/shopify', '{}', { ...JSON_TYPE, [name]: hmac('sha256', 'other', '{}', 'base64') }),
          await post('/shopify', '{}', { ...JSON_TYPE, [name]: [genuine, genuine] }),
          await post('/shopify', '{"a":', { ...JSON_TYPE, [name]: 'invalid' }),
          await post('/shopify', undefined, { [name]: 'invalid' }),
        ];
        assert.deepEqual(
          answers.map(({ status }) => status),
          answers.map(() => 401),
        );
        assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
        assert.equal(log.filter((line) => line.includes("Webhook of 'shopify' refused")).length, answers.length);
      });
    },
  },
  {
    id: 'S9',
    sentence: 'answers a delivery with 200 under @Post, unless @HttpCode or the handler says otherwise',
    run: async (platform) => {
      const routes: Route[] = [
        { path: 'plain', provider: 'stripe', handle: () => undefined },
        { path: 'chosen', provider: 'stripe', status: 202, handle: () => undefined },
        {
          path: 'own',
          provider: 'stripe',
          answersItself: true,
          handle: (_event, _request, response) => response.status(204).send(''),
        },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        for (const [path, status] of [
          ['/plain', 200],
          ['/chosen', 202],
          ['/own', 204],
        ] as const) {
          assert.equal((await post(path, BODY, stripe(BODY))).status, status);
          // A copy gets the same.
          assert.equal((await post(path, BODY, stripe(BODY))).status, status);
        }
      });
    },
  },
  {
    id: 'S10',
    sentence: 'answers a copy with the status and the body of the first, as Adyen, Slack and Discord need it',
    run: async (platform) => {
      const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
      const fields = ['p', '', 'm', 'r', '1000', 'EUR', 'AUTHORISATION', 'true'];
      const hmacSignature = hmac('sha256', Buffer.from(key, 'hex'), fields.join(':'), 'base64');
      const item = {
        pspReference: 'p',
        originalReference: '',
        merchantAccountCode: 'm',
        merchantReference: 'r',
        amount: { currency: 'EUR', value: 1000 },
        eventCode: 'AUTHORISATION',
        success: 'true',
        additionalData: { hmacSignature },
      };
      const adyen = JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem: item }] });
      const webhooks = { ...STRIPE, adyen: { sender: 'adyen', secrets: [key] } };
      const answer = { type: 4, data: { content: 'Grüße' } };
      const routes: Route[] = [
        { path: 'adyen', provider: 'adyen', handle: () => '[accepted]' },
        { path: 'stripe', provider: 'stripe', handle: () => answer },
      ];
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        for (let copy = 0; copy < 2; copy++) assert.equal((await post('/adyen', adyen, JSON_TYPE)).text, '[accepted]');
        const answers = [await post('/stripe', BODY, stripe(BODY)), await post('/stripe', BODY, stripe(BODY))];
        for (const { status, text, headers } of answers) {
          assert.equal(status, 200);
          assert.deepEqual(JSON.parse(text), answer);
          assert.match(String(headers['content-type']), /^application\/json/);
        }
      });
    },
  },
  {
    id: 'S10',
    sentence: 'keeps no answer beyond 16 KiB: a copy gets its status alone',
    run: async (platform) => {
      const routes: Route[] = [
        { path: 'long', provider: 'stripe', status: 202, handle: () => 'x'.repeat(16 * 1024 + 1) },
        { path: 'short', provider: 'stripe', status: 202, handle: () => 'x'.repeat(16 * 1024) },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        await post('/long', BODY, stripe(BODY));
        const copy = await post('/long', BODY, stripe(BODY));
        assert.deepEqual([copy.status, copy.text], [202, '']);
        await post('/short', BODY, stripe(BODY));
        assert.equal((await post('/short', BODY, stripe(BODY))).text.length, 16 * 1024);
      });
    },
  },
  {
    id: 'S2',
    sentence: 'answers a handler of Dropbox Sign that returns nothing with the text that the sender takes for success',
    run: async (platform) => {
      const time = String(seconds());
      const hash = hmac('sha256', 'api key', `${time}signature_request_sent`);
      const event = { event_type: 'signature_request_sent', event_time: time, event_hash: hash };
      const body = multipart({ json: JSON.stringify({ event }) });
      const webhooks = { sign: { sender: 'dropbox-sign', secrets: ['api key'] } };
      const seen: unknown[] = [];
      const routes: Route[] = [{ path: 'sign', provider: 'sign', handle: (delivery) => void seen.push(delivery.body) }];
      await withWebhooks(platform, { webhooks, routes }, async ({ post, log }) => {
        for (let copy = 0; copy < 2; copy++) {
          const { status, text } = await post('/sign', body, MULTIPART_TYPE);
          assert.deepEqual([status, text], [200, 'Hello API Event Received'], log.join('\n'));
        }
      });
      assert.deepEqual(seen, [{ event }]);
    },
  },
  {
    id: 'M1',
    sentence:
      'answers a copy with 503 and Retry-After while the first is being handled, which every sender tries again',
    run: async (platform) => {
      const work = latch();
      let ran = 0;
      const routes: Route[] = [
        {
          path: 'postmark',
          provider: 'postmark',
          handle: async () => {
            if (++ran > 1) return;
            await work.opened;
            throw new Error('the database is down');
          },
        },
      ];
      const webhooks = { postmark: { sender: 'postmark', secrets: ['user:password'], inbox: { id: () => 'm' } } };
      const headers = { ...JSON_TYPE, authorization: `Basic ${Buffer.from('user:password').toString('base64')}` };
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        const first = post('/postmark', '{"MessageID":"m"}', headers);
        await until(() => ran === 1);
        const copy = await post('/postmark', '{"MessageID":"m"}', headers);
        assert.equal(copy.status, 503);
        assert.match(String(copy.headers['retry-after']), /^\d+$/);
        work.open();
        assert.equal((await first).status, 500);
        assert.equal((await post('/postmark', '{"MessageID":"m"}', headers)).status, 200);
      });
      assert.equal(ran, 2);
    },
  },
  ...[
    { how: 'while the handler waits', later: (send: () => void) => Promise.resolve().then(send) },
    { how: 'after the handler has returned', later: (send: () => void) => void setImmediate(send) },
  ].map(({ how, later }): Row => ({
    id: 'M2',
    sentence: `leaves a delivery to the next try that the handler answers with 500 by itself, ${how}`,
    run: async (platform) => {
      let ran = 0;
      const routes: Route[] = [
        {
          path: 'stripe',
          provider: 'stripe',
          answersItself: true,
          handle: (_event, _request, response) => {
            const status = ++ran < 3 ? 500 : 200;
            return later(() => response.status(status).send(`${status}`));
          },
        },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        const statuses = [];
        for (let attempt = 0; attempt < 4; attempt++) statuses.push((await post('/stripe', BODY, stripe(BODY))).status);
        assert.deepEqual(statuses, [500, 500, 200, 200]);
      });
      assert.equal(ran, 3);
    },
  })),
  {
    id: 'once',
    sentence: 'has the next try run after a handler that threw an error or an exception of HTTP',
    run: async (platform) => {
      const failures: Error[] = [new Error('the database is down'), new BadRequestException()];
      const statuses: number[] = [];
      let ran = 0;
      const routes: Route[] = [
        {
          path: 'github',
          provider: 'github',
          handle: () => {
            const failure = failures[ran++];
            if (failure !== undefined) throw failure;
          },
        },
      ];
      const webhooks = { github: { sender: 'github', secrets: ['gh'] } };
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        for (let attempt = 0; attempt < 4; attempt++)
          statuses.push((await post('/github', '{}', github('{}', 'a'))).status);
      });
      assert.deepEqual(statuses, [500, 400, 200, 200]);
      assert.equal(ran, 3);
    },
  },
];
