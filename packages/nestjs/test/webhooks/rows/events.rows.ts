import assert from 'node:assert/strict';
import type { Row } from '../row.js';
import { stripe } from '../signing.js';
import { withWebhooks, type Route } from '../webhook-app.fixture.js';

const webhooks = { payments: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };

export const eventRows: readonly Row[] = [
  {
    id: 'events',
    sentence: 'has each event handled by the handler of the endpoint that names it most precisely, and once',
    run: async (platform) => {
      const handled: string[] = [];
      const handler = (name: string, events?: string | readonly string[]): Route => ({
        path: 'payments/:shop',
        provider: 'payments',
        ...(events !== undefined && { events }),
        handle: ({ type }) => {
          handled.push(`${name} ${type}`);
          return name;
        },
      });
      const routes = [
        handler('charges', 'charge.*'),
        handler('refunds', ['charge.refunded', 'refund.created']),
        handler('payouts', ['payout.paid']),
      ];
      await withWebhooks(platform, { webhooks, routes }, async ({ post, log }) => {
        const send = async (id: string, type?: string) => {
          const body = JSON.stringify({ id, type });
          return post('/payments/one', body, stripe(body));
        };
        for (const [id, type, name] of [
          ['1', 'charge.succeeded', 'charges'],
          ['2', 'charge.refunded', 'refunds'],
          ['3', 'refund.created', 'refunds'],
          ['4', 'payout.paid', 'payouts'],
          ['4', 'payout.paid', 'payouts'],
          ['5', 'charge.dispute.created', 'charges'],
        ] as const) {
          const answer = await send(id, type);
          assert.deepEqual([answer.status, answer.text], [200, name], log.join('\n'));
        }
        for (const type of ['customer.created', 'payout.paid.later', undefined]) {
          const answer = await send(`unknown ${type}`, type);
          assert.deepEqual([answer.status, answer.text], [200, '']);
          assert.match(log.at(-1)!, /no handler receives the event/);
        }
        const forged = await post('/payments/one', '{"type":"charge.succeeded"}', stripe('{}'));
        assert.equal(forged.status, 401);
      });
      assert.deepEqual(handled, [
        'charges charge.succeeded',
        'refunds charge.refunded',
        'refunds refund.created',
        'payouts payout.paid',
        'charges charge.dispute.created',
      ]);
    },
  },
  {
    id: 'events',
    sentence: 'has a handler without names receive the events that no other of the endpoint names',
    run: async (platform) => {
      const routes: Route[] = [
        { path: 'payments', provider: 'payments', handle: () => 'rest' },
        { path: 'payments', provider: 'payments', events: 'charge.*', status: 202, handle: () => 'charge' },
      ];
      await withWebhooks(platform, { webhooks, routes }, async ({ post }) => {
        for (const [type, status, text] of [
          ['charge.succeeded', 202, 'charge'],
          ['payout.paid', 200, 'rest'],
        ] as const) {
          const body = JSON.stringify({ id: type, type });
          for (let copy = 0; copy < 2; copy++) {
            const answer = await post('/payments', body, stripe(body));
            assert.deepEqual([answer.status, answer.text], [status, text]);
          }
        }
      });
    },
  },
  {
    id: 'events',
    sentence: 'refuses to boot where two handlers receive the same events, or the sender has no names for them',
    run: async (platform) => {
      const twice: Route[] = ['charge.*', 'charge.*'].map((events) => ({
        path: 'payments',
        provider: 'payments',
        events,
        handle: () => undefined,
      }));
      const start = (routes: Route[], sender: string) =>
        withWebhooks(platform, { webhooks: { payments: { ...webhooks.payments, sender } }, routes }, () =>
          Promise.resolve(),
        );
      await assert.rejects(start(twice, 'stripe'), /two handlers receive these events/);
      await assert.rejects(start(twice.slice(0, 1), 'dropbox'), /has no names for them/);
    },
  },
];
