import assert from 'node:assert/strict';
import type { WebhookOptions } from '@breakwater/nestjs';
import type { Row } from '../row.js';
import { hmac, JSON_TYPE } from '../signing.js';
import { withWebhooks, type Platform, type Route, type WebhookApp } from '../webhook-app.fixture.js';

/** A sender that hands its secret over: the request that does, what it is answered with, and a signed delivery. */
interface Handover {
  readonly sender: string;
  handOver(secret: string): { readonly body: string; readonly headers: Record<string, string> };
  readonly echo?: string;
  sign(body: string, secret: string): Record<string, string>;
}

const HANDOVERS: readonly Handover[] = [
  {
    sender: 'asana',
    handOver: (secret) => ({ body: '{}', headers: { ...JSON_TYPE, 'x-hook-secret': secret } }),
    echo: 'x-hook-secret',
    sign: (body, secret) => ({ ...JSON_TYPE, 'x-hook-signature': hmac('sha256', secret, body) }),
  },
  {
    sender: 'notion',
    handOver: (secret) => ({ body: JSON.stringify({ verification_token: secret }), headers: JSON_TYPE }),
    sign: (body, secret) => ({ ...JSON_TYPE, 'x-notion-signature': `sha256=${hmac('sha256', secret, body)}` }),
  },
];

const SECRETS = ['secret_of_the_first_0001', 'secret_of_the_second_002'] as const;

/** The registrations of an application, each with a parameter in its route that cannot be guessed. */
class Registrations {
  readonly secrets = new Map<string, string>();

  constructor(private readonly underWay: ReadonlySet<string>) {}

  async keep(token: string, secret: string): Promise<void> {
    await Promise.resolve();
    if (!this.underWay.has(token) || this.secrets.has(token))
      throw new Error(`no registration of ${token} is under way`);
    this.secrets.set(token, secret);
  }
}

interface Running extends WebhookApp {
  readonly registrations: Registrations;
  readonly handled: readonly string[];
}

async function withRegistrations(
  platform: Platform,
  { sender }: Handover,
  { keeps = true, work }: { readonly keeps?: boolean; work(running: Running): Promise<void> },
): Promise<void> {
  const registrations = new Registrations(new Set(['one', 'two']));
  const handled: string[] = [];
  const webhook: WebhookOptions = {
    sender,
    secrets: ({ params }) => registrations.secrets.get(params['token']!),
    ...(keeps && { storeSecret: (secret, { params }) => registrations.keep(params['token']!, secret) }),
  };
  const routes: Route[] = [
    {
      path: 'hooks/:token',
      provider: 'tasks',
      handle: (_event, { params }) => void handled.push(params['token']!),
    },
  ];
  await withWebhooks(platform, { webhooks: { tasks: webhook }, routes }, (app) =>
    work({ ...app, registrations, handled }),
  );
}

export const handedOverRows: readonly Row[] = HANDOVERS.flatMap((handover): Row[] => {
  const { sender, handOver, echo, sign } = handover;
  const deliver = async ({ post }: WebhookApp, token: string, secret: string, id: string) => {
    const body = JSON.stringify({ id, padding: 'x'.repeat(2000) });
    return (await post(`/hooks/${token}`, body, sign(body, secret))).status;
  };
  const register = ({ post }: WebhookApp, token: string, secret: string) => {
    const { body, headers } = handOver(secret);
    return post(`/hooks/${token}`, body, headers);
  };
  return [
    {
      id: 'S7',
      sentence: `keeps the secret that ${sender} hands over before it answers, and verifies the next delivery with it`,
      run: (platform) =>
        withRegistrations(platform, handover, {
          work: async (app) => {
            // The absence of a secret is remembered: it must not outlive the handshake.
            assert.equal(await deliver(app, 'one', SECRETS[0], 'early'), 401);
            const answer = await register(app, 'one', SECRETS[0]);
            assert.equal(answer.status, 200, app.log.join('\n'));
            if (echo !== undefined) assert.equal(answer.headers[echo], SECRETS[0]);
            assert.deepEqual([...app.registrations.secrets], [['one', SECRETS[0]]]);
            assert.deepEqual(app.handled, []);
            assert.equal(await deliver(app, 'one', SECRETS[0], '1'), 200);
            assert.equal(await deliver(app, 'one', SECRETS[1], '2'), 401);
            assert.deepEqual(app.handled, ['one']);
            assert.ok(!app.log.some((line) => line.includes(SECRETS[0])), 'the secret is in the log');
          },
        }),
    },
    {
      id: 'S7',
      sentence: `keeps a secret of ${sender} for each registration, and verifies none with that of another`,
      run: (platform) =>
        withRegistrations(platform, handover, {
          work: async (app) => {
            assert.equal((await register(app, 'one', SECRETS[0])).status, 200);
            assert.equal((await register(app, 'two', SECRETS[1])).status, 200);
            assert.equal(await deliver(app, 'one', SECRETS[1], '1'), 401);
            assert.equal(await deliver(app, 'two', SECRETS[0], '1'), 401);
            assert.equal(await deliver(app, 'two', SECRETS[1], '1'), 200);
            assert.equal(await deliver(app, 'one', SECRETS[0], '1'), 200);
            assert.deepEqual(app.handled, ['two', 'one']);
          },
        }),
    },
    {
      id: 'S7',
      sentence: `does not tell ${sender} that its secret was taken where that could not be kept`,
      run: (platform) =>
        withRegistrations(platform, handover, {
          work: async (app) => {
            for (const token of ['unknown', 'one', 'one']) {
              const secret = SECRETS[app.registrations.secrets.size]!;
              const answer = await register(app, token, secret);
              const isTaken = app.registrations.secrets.get(token) === secret;
              assert.equal(answer.status, isTaken ? 200 : 500);
              if (!isTaken) assert.ok(!JSON.stringify([answer.headers, answer.text]).includes(secret));
            }
            // A stranger's later handshake has replaced nothing.
            assert.equal(await deliver(app, 'one', SECRETS[0], '1'), 200);
            assert.equal(await deliver(app, 'one', SECRETS[1], '2'), 401);
          },
        }),
    },
    {
      id: 'S7',
      sentence: `refuses the handshake of ${sender} where nothing keeps its secret, and says in the log what to write`,
      run: (platform) =>
        withRegistrations(platform, handover, {
          keeps: false,
          work: async (app) => {
            const answer = await register(app, 'one', SECRETS[0]);
            assert.equal(answer.status, 401);
            assert.ok(!JSON.stringify([answer.headers, answer.text]).includes(SECRETS[0]));
            assert.ok(
              app.log.some((line) => line.includes("'tasks' handed a secret over") && /storeSecret/.test(line)),
            );
          },
        }),
    },
  ];
});
