import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { defineSender, type WebhookOptions } from '@breakwater/nestjs';
import { signWebhook } from '@breakwater/webhooks';
import type { Row } from '../row.js';
import { ecKeys, FORM_TYPE, github, hmac, JSON_TYPE, plaid, seconds, spki, stripe } from '../signing.js';
import { controllerOf, withWebhooks, type Platform, type Route, type WebhookApp } from '../webhook-app.fixture.js';

/** Runs deliveries to one endpoint, and tells how often the handler ran. */
async function handledOf(
  platform: Platform,
  webhook: WebhookOptions,
  deliver: (app: WebhookApp) => Promise<readonly { readonly status: number }[]>,
): Promise<number> {
  let handled = 0;
  const routes: Route[] = [{ path: 'hook', provider: 'sender', handle: () => void handled++ }];
  await withWebhooks(platform, { webhooks: { sender: webhook }, routes }, async (app) => {
    for (const { status } of await deliver(app)) assert.equal(status, 200, app.log.join('\n'));
  });
  return handled;
}

const WORKFLOW = '{"inputs":{"env":"staging"},"ref":"refs/heads/main","workflow":"deploy.yml"}';
const ORDER = '{"id":820982911946154508,"financial_status":"paid"}';
const ACCOUNT = '{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb"]},"delta":{"users":[12345678]}}';
const DRIVE =
  '{"value":[{"subscriptionId":"7f105c7d","clientState":"s3cret","resource":"me/drive/root","changeType":"updated"}]}';
const HUBSPOT = '[{"eventId":1,"subscriptionId":2,"portalId":3,"occurredAt":1700000000000}]';
const IVR = 'https://ivr.example/menu';

/** Senders whose signature covers a time of the attempt: what an attempt at a given time is signed with. */
const RESIGNED: Readonly<Record<string, { webhook: WebhookOptions; headers(at: number): Record<string, string> }>> = {
  'hubspot-v3': {
    webhook: { sender: 'hubspot-v3', secrets: ['client secret'], url: 'https://shop.example/hook' },
    headers: (at) => {
      const time = String(at * 1000);
      const text = `POSThttps://shop.example/hook${HUBSPOT}${time}`;
      return {
        'x-hubspot-request-timestamp': time,
        'x-hubspot-signature-v3': hmac('sha256', 'client secret', text, 'base64'),
      };
    },
  },
  zoom: {
    webhook: { sender: 'zoom', secrets: ['zoom secret'] },
    headers: (at) => signWebhook('zoom', { body: HUBSPOT, now: at * 1000 }, 'zoom secret'),
  },
  sendgrid: {
    webhook: { sender: 'sendgrid', secrets: [spki(ecKeys.publicKey)] },
    headers: (at) => ({
      'x-twilio-email-event-webhook-timestamp': String(at),
      'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(at + HUBSPOT), ecKeys.privateKey).toString(
        'base64',
      ),
    }),
  },
  zendesk: {
    webhook: { sender: 'zendesk', secrets: ['zendesk secret'] },
    headers: (at) => ({
      ...signWebhook('zendesk', { body: HUBSPOT, now: at * 1000 }, 'zendesk secret'),
      'x-zendesk-webhook-invocation-id': 'one',
    }),
  },
  box: {
    webhook: { sender: 'box', secrets: ['box secret'] },
    headers: (at) => ({
      ...signWebhook('box', { body: HUBSPOT, now: at * 1000 }, 'box secret'),
      // Another with each attempt.
      'box-delivery-id': String(at),
    }),
  },
  'coinbase-cdp': {
    webhook: { sender: 'coinbase-cdp', secrets: ['coinbase secret'] },
    headers: (at) => signWebhook('coinbase-cdp', { body: HUBSPOT, now: at * 1000 }, 'coinbase secret'),
  },
  plaid: {
    webhook: {
      sender: 'plaid',
      fetchKey: async () => ({ ...ecKeys.publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }),
    },
    headers: (at) => ({ 'plaid-verification': plaid(HUBSPOT, at) }),
  },
};

export const identityRows: readonly Row[] = [
  {
    id: 'B1',
    sentence: 'handles every notification of Dropbox, whose body names the account alone',
    run: async (platform) => {
      const headers = { ...JSON_TYPE, 'x-dropbox-signature': hmac('sha256', 'app secret', ACCOUNT) };
      const handled = await handledOf(platform, { sender: 'dropbox', secrets: ['app secret'] }, async ({ post }) => [
        await post('/hook', ACCOUNT, headers),
        await post('/hook', ACCOUNT, headers),
        await post('/hook', ACCOUNT, headers),
      ]);
      assert.equal(handled, 3);
    },
  },
  {
    id: 'B1',
    sentence: 'handles every change of a drive that Microsoft Graph reports with one body',
    run: async (platform) => {
      const handled = await handledOf(platform, { sender: 'ms-graph', secrets: ['s3cret'] }, async ({ post }) => [
        await post('/hook', DRIVE, JSON_TYPE),
        await post('/hook', DRIVE, JSON_TYPE),
      ]);
      assert.equal(handled, 2);
    },
  },
  {
    id: 'B1',
    sentence: 'handles two topics of Shopify that carry the same order, and a copy of neither',
    run: async (platform) => {
      const secret = 'shpss_0123456789abcdef';
      const headers = (topic: string, id: string) => ({
        ...JSON_TYPE,
        'x-shopify-topic': topic,
        'x-shopify-event-id': id,
        'x-shopify-webhook-id': `webhook ${id}`,
        'x-shopify-hmac-sha256': hmac('sha256', secret, ORDER, 'base64'),
      });
      const handled = await handledOf(platform, { sender: 'shopify', secrets: [secret] }, async ({ post }) => [
        await post('/hook', ORDER, headers('orders/create', 'e1')),
        await post('/hook', ORDER, headers('orders/paid', 'e2')),
        await post('/hook', ORDER, headers('orders/paid', 'e2')),
      ]);
      assert.equal(handled, 2);
    },
  },
  {
    id: 'B1',
    sentence: 'handles two runs of a GitHub workflow with equal inputs, and a redelivery of neither',
    run: async (platform) => {
      const handled = await handledOf(platform, { sender: 'github', secrets: ['gh'] }, async ({ post }) => [
        await post('/hook', WORKFLOW, github(WORKFLOW, '72d3162e-1')),
        await post('/hook', WORKFLOW, github(WORKFLOW, '72d3162e-2')),
        await post('/hook', WORKFLOW, github(WORKFLOW, '72d3162e-1')),
      ]);
      assert.equal(handled, 2);
    },
  },
  {
    id: 'B1',
    sentence: 'answers Twilio each time a caller presses the same key',
    run: async (platform) => {
      const form = 'CallSid=CA1234567890ABCDE&CallStatus=in-progress&Digits=1&From=%2B14158675309';
      const fields = [...new URLSearchParams(form)].sort().flat().join('');
      const headers = { ...FORM_TYPE, 'x-twilio-signature': hmac('sha1', 'token', IVR + fields, 'base64') };
      const twiml = '<Response><Say>menu</Say></Response>';
      const routes: Route[] = [{ path: 'menu', provider: 'ivr', handle: () => twiml }];
      const webhooks = { ivr: { sender: 'twilio', secrets: ['token'], url: IVR } };
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        for (let press = 0; press < 2; press++) assert.equal((await post('/menu', form, headers)).text, twiml);
      });
    },
  },
  {
    id: 'B1',
    sentence: 'handles equal bodies of a sender of your own each time, where its definition names no id',
    run: async (platform) => {
      const sender = defineSender({ name: 'own', algorithm: 'hmac-sha256', signature: { header: 'x-signature' } });
      const headers = { ...JSON_TYPE, 'x-signature': hmac('sha256', 'secret', '{}') };
      const handled = await handledOf(platform, { sender, secrets: ['secret'] }, async ({ post }) => [
        await post('/hook', '{}', headers),
        await post('/hook', '{}', headers),
      ]);
      assert.equal(handled, 2);
    },
  },
  {
    id: 'B1',
    sentence: 'handles every copy with inbox: false, and tells deliveries apart by inbox.id where that is given',
    run: async (platform) => {
      const copies = async ({ post }: WebhookApp) => {
        const body = '{"id":"evt_1"}';
        return [await post('/hook', body, stripe(body)), await post('/hook', body, stripe(body))];
      };
      const webhook: WebhookOptions = { sender: 'stripe', secrets: ['whsec_of_the_shop'] };
      assert.equal(await handledOf(platform, { ...webhook, inbox: false }, copies), 2);
      assert.equal(await handledOf(platform, { ...webhook, inbox: { id: () => undefined } }, copies), 2);
      assert.equal(await handledOf(platform, webhook, copies), 1);
      const byOrder = { id: ({ body }: { body: unknown }) => (body as { order: string }).order };
      const ofOneOrder = async ({ post }: WebhookApp) => {
        const bodies = ['{"id":"evt_1","order":"a"}', '{"id":"evt_2","order":"a"}'];
        return Promise.all(bodies.slice(0, 1).map((body) => post('/hook', body, stripe(body)))).then(async (first) => [
          ...first,
          await post('/hook', bodies[1]!, stripe(bodies[1]!)),
        ]);
      };
      assert.equal(await handledOf(platform, { ...webhook, inbox: byOrder }, ofOneOrder), 1);
    },
  },
  ...Object.entries(RESIGNED).map(([name, { webhook, headers }]): Row => ({
    id: 'S1',
    sentence: `handles a delivery of ${name} once, although its sender signs each attempt anew`,
    run: async (platform) => {
      const handled = await handledOf(platform, webhook, async ({ post }) => [
        await post('/hook', HUBSPOT, { ...JSON_TYPE, ...headers(seconds(-60)) }),
        await post('/hook', HUBSPOT, { ...JSON_TYPE, ...headers(seconds(-30)) }),
      ]);
      assert.equal(handled, 1);
    },
  })),
  {
    id: 'S6',
    sentence: 'handles one event at each of two controllers that share their name and the name of their method',
    run: async (platform) => {
      const handled: string[] = [];
      const controller = (path: string) =>
        controllerOf('WebhookController', [{ path, provider: 'stripe', handle: () => void handled.push(path) }]);
      const webhooks = { stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };
      const controllers = [controller('billing'), controller('connect')];
      await withWebhooks(platform, { webhooks, routes: [], controllers }, async ({ post }) => {
        const body = '{"id":"evt_1"}';
        for (const path of ['/billing', '/connect', '/billing']) {
          assert.equal((await post(path, body, stripe(body))).status, 200);
        }
      });
      assert.deepEqual(handled, ['billing', 'connect']);
    },
  },
  {
    id: 'S6',
    sentence: 'handles one event for each value of a route parameter, however it is spelled',
    run: async (platform) => {
      const handled: string[] = [];
      const webhooks = { stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };
      const routes: Route[] = [
        {
          path: 'tenants/:tenant',
          provider: 'stripe',
          handle: (_event, { params }) => void handled.push(params['tenant']!),
        },
      ];
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        const body = '{"id":"evt_1"}';
        for (const path of ['/tenants/a', '/tenants/b', '/tenants/%61', '/tenants/a?again=1']) {
          assert.equal((await post(path, body, stripe(body))).status, 200);
        }
      });
      assert.deepEqual(handled, ['a', 'b']);
    },
  },
];
