import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { defineSender } from '@breakwater/nestjs';
import { Controller, Post, Req } from '@nestjs/common';
import type { Row } from '../row.js';
import { FORM_TYPE, github, hmac, JSON_TYPE, multipart, MULTIPART_TYPE, seconds, stripe } from '../signing.js';
import {
  controllerOf,
  withWebhooks,
  type Body,
  type Platform,
  type Route,
  type WebhookApp,
} from '../webhook-app.fixture.js';

const webhooks = {
  github: { sender: 'github', secrets: ['gh'], maxBytes: 25 * 1024 * 1024, inbox: false as const },
  small: { sender: 'github', secrets: ['gh'], maxBytes: 1000 },
  stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] },
};

async function withGithub(
  platform: Platform,
  work: (app: WebhookApp, seen: unknown[]) => Promise<void>,
): Promise<void> {
  const seen: unknown[] = [];
  const routes: Route[] = ['github', 'small', 'stripe'].map((provider) => ({
    path: provider,
    provider,
    handle: ({ body }) => void seen.push(body),
  }));
  await withWebhooks(platform, { webhooks, routes }, (app) => work(app, seen));
}

const long = Buffer.from(JSON.stringify({ text: 'x'.repeat(200 * 1024) }));

/** Genuine bodies that a framework's own parser would refuse, or change. */
const ODD: readonly { readonly what: string; readonly body: Buffer; readonly type?: string }[] = [
  { what: '200 KiB of JSON', body: long },
  { what: '200 KiB of text', body: long, type: 'text/plain' },
  { what: '2 MiB of JSON', body: Buffer.from(JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) })) },
  { what: 'JSON in a charset written utf8', body: Buffer.from('{"a":"é"}'), type: 'application/json; charset=utf8' },
  { what: 'JSON in ISO-8859-1', body: Buffer.from('{"a":1}'), type: 'application/json; charset=ISO-8859-1' },
  { what: 'JSON in windows-1252', body: Buffer.from('{"a":1}'), type: 'application/json; charset=windows-1252' },
  { what: 'a string at the top', body: Buffer.from('"hello"') },
  { what: 'null at the top', body: Buffer.from('null') },
  { what: 'what is no JSON under application/json', body: Buffer.from('plain') },
  { what: 'nothing', body: Buffer.alloc(0) },
  {
    what: 'a form of 1,500 fields',
    body: Buffer.from(Array.from({ length: 1500 }, (_, i) => `f${i}=1`).join('&')),
    type: FORM_TYPE['content-type'],
  },
  { what: 'a type that is none', body: Buffer.from('{"a":1}'), type: 'json' },
  { what: 'application/vnd.api+json', body: Buffer.from('{"a":1}'), type: 'application/vnd.api+json' },
  { what: 'XML', body: Buffer.from('<a/>'), type: 'text/xml' },
  { what: 'a BOM before the JSON', body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"a":1}')]) },
  { what: 'bytes that are no UTF-8', body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
];

export const bodyRows: readonly Row[] = [
  {
    id: 'S2',
    sentence: 'verifies Dropbox Sign as it sends: a multipart form with the JSON in its part "json"',
    run: async (platform) => {
      const time = String(seconds());
      const hash = hmac('sha256', 'api key', `${time}signature_request_sent`);
      const event = { event_type: 'signature_request_sent', event_time: time, event_hash: hash };
      const body = multipart({ json: JSON.stringify({ event }) });
      const own = { sign: { sender: 'dropbox-sign', secrets: ['api key'] } };
      const routes: Route[] = [{ path: 'sign', provider: 'sign', handle: () => 'Hello API Event Received' }];
      await withWebhooks(platform, { webhooks: own, routes }, async ({ post, log }) => {
        const { status, text } = await post('/sign', body, MULTIPART_TYPE);
        assert.deepEqual([status, text], [200, 'Hello API Event Received'], log.join('\n'));
        const forged = multipart({ json: JSON.stringify({ event: { ...event, event_hash: '0'.repeat(64) } }) });
        assert.equal((await post('/sign', forged, MULTIPART_TYPE)).status, 401);
      });
    },
  },
  ...[
    { how: 'multipart', type: MULTIPART_TYPE, write: (fields: Record<string, string>): Body => multipart(fields) },
    {
      how: 'urlencoded',
      type: FORM_TYPE,
      write: (fields: Record<string, string>): Body => `${new URLSearchParams(fields)}`,
    },
  ].map(({ how, type, write }): Row => ({
    id: 'S3',
    sentence: `verifies a route of Mailgun, which sends its signature as fields of a ${how} form`,
    run: async (platform) => {
      const timestamp = String(seconds());
      const token = 'a'.repeat(50);
      const signature = hmac('sha256', 'mailgun key', timestamp + token);
      const fields = { recipient: 'a@x.example', 'body-plain': 'text', timestamp, token, signature };
      const own = { mailgun: { sender: 'mailgun', secrets: ['mailgun key'] } };
      const seen: unknown[] = [];
      const routes: Route[] = [{ path: 'mail', provider: 'mailgun', handle: ({ body }) => void seen.push(body) }];
      await withWebhooks(platform, { webhooks: own, routes }, async ({ post, log }) => {
        assert.equal((await post('/mail', write(fields), type)).status, 200, log.join('\n'));
        const forged = { ...fields, signature: hmac('sha256', 'other', timestamp + token) };
        assert.equal((await post('/mail', write(forged), type)).status, 401);
      });
      assert.deepEqual(seen, [fields]);
    },
  })),
  {
    id: 'S4',
    sentence: 'reads the headers where an adapter leaves rawHeaders empty, as serverless-http does',
    run: async (platform) => {
      const seen: unknown[] = [];
      const routes: Route[] = [{ path: 'stripe', provider: 'stripe', handle: ({ body }) => void seen.push(body) }];
      const prepare = (app: { use(middleware: unknown): unknown }) =>
        void app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
          Object.defineProperty(request, 'rawHeaders', { value: [] });
          next();
        });
      await withWebhooks(platform, { webhooks, routes, prepare }, async ({ post, log }) => {
        assert.equal((await post('/stripe', '{"id":"evt_1"}', stripe('{"id":"evt_1"}'))).status, 200, log.join('\n'));
        assert.equal((await post('/stripe', '{"id":"evt_1"}', JSON_TYPE)).status, 401);
      });
      assert.deepEqual(seen, [{ id: 'evt_1' }]);
    },
  },
  ...ODD.map(({ what, body, type = 'application/json' }): Row => ({
    id: 'M10',
    sentence: `takes a genuine body and refuses a forged one: ${what}`,
    run: (platform) =>
      withGithub(platform, async ({ post, log }) => {
        const headers = { ...github(body), 'content-type': type };
        assert.equal((await post('/github', body, headers)).status, 200, log.join('\n'));
        assert.equal((await post('/github', Buffer.concat([body, Buffer.from(' ')]), headers)).status, 401);
      }),
  })),
  {
    id: 'M10',
    sentence: 'has a line in the log for whatever it refuses: too long, an unknown encoding, damaged, or forged',
    run: (platform) =>
      withGithub(platform, async ({ post, log }) => {
        const body = Buffer.alloc(1001, 'x');
        const encoded = (encoding: string) => ({ ...github('{}'), 'content-encoding': encoding });
        const refusals = [
          () => post('/small', body, github(body)),
          () => post('/small', body, github(body), { chunked: true }),
          () => post('/small', '{}', encoded('zstandard')),
          () => post('/small', '{}', encoded('gzip')),
          () => post('/small', '{}', github('[]')),
        ];
        for (const [index, status] of [413, 413, 415, 400, 401].entries()) {
          const before = log.length;
          assert.equal((await refusals[index]!()).status, status);
          assert.equal(
            log.slice(before).filter((line) => /Webhook of 'small' refused/.test(line)).length,
            1,
            log.join('\n'),
          );
        }
      }),
  },
  {
    id: 'M10',
    sentence: 'leaves routes beside the webhooks to the parsers of the framework',
    run: async (platform) => {
      class Other {
        receive(request: { body: unknown }): unknown {
          return { got: request.body };
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Other.prototype, 'receive')!;
      Post('github/other')(Other.prototype, 'receive', descriptor);
      Req()(Other.prototype, 'receive', 0);
      Controller()(Other);
      const routes: Route[] = [{ path: 'github/:anything', provider: 'github', handle: () => 'webhook' }];
      // Registered before the webhook, whose path fits as well.
      await withWebhooks(
        platform,
        {
          webhooks,
          routes: [],
          controllers: [Other, controllerOf('Later', routes)],
        },
        async ({ post }) => {
          const answer = await post('/github/other', '{"a":1}', JSON_TYPE);
          assert.deepEqual([answer.status, answer.text], [201, '{"got":{"a":1}}']);
          const body = JSON.stringify({ text: 'x'.repeat(200 * 1024) });
          assert.equal((await post('/github/hook', body, github(body))).text, 'webhook');
        },
      );
    },
  },
  {
    id: 'M11',
    sentence: 'takes a raw body that something before kept as text, where the text is certainly its bytes',
    run: async (platform) => {
      const asText = (
        request: IncomingMessage & { rawBody?: string; body?: unknown },
        _: unknown,
        next: () => void,
      ) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          request.rawBody = Buffer.concat(chunks).toString();
          next();
        });
      };
      const routes: Route[] = [{ path: 'github', provider: 'github', handle: () => 'ok' }];
      const prepare = (app: { use(middleware: unknown): unknown }) => void app.use(asText);
      await withWebhooks(platform, { webhooks, routes, prepare }, async ({ post, log }) => {
        for (const body of ['{"a":"é\u{1F600}"}', '<a/>', '']) {
          assert.equal((await post('/github', body, github(body))).status, 200, log.join('\n'));
          assert.equal((await post('/github', `${body} `, github(body))).status, 401);
        }
        const broken = Buffer.from([0x7b, 0xff, 0x7d]);
        assert.equal((await post('/github', broken, github(broken))).status, 500);
        assert.match(log.at(-1)!, /a parser made text of the body/);
      });
    },
  },
  {
    id: 'M13',
    sentence: 'refuses a signature that comes twice, in two headers or merged into one',
    run: (platform) =>
      withGithub(platform, async ({ post }) => {
        const { 'x-hub-signature-256': signature } = github('{}');
        const twice = await post('/github', '{}', { ...JSON_TYPE, 'x-hub-signature-256': [signature, signature] });
        const merged = await post('/github', '{}', {
          ...JSON_TYPE,
          'x-hub-signature-256': `${signature}, ${signature}`,
        });
        assert.deepEqual([twice.status, merged.status], [401, 401]);
      }),
  },
  {
    id: 'M14',
    sentence: 'verifies what a compressed body holds, or its compressed bytes where the sender signs those',
    run: async (platform) => {
      const compressed = defineSender({
        name: 'compressed',
        algorithm: 'hmac-sha256',
        signature: { header: 'x-signature' },
        signsCompressed: true,
      });
      const seen: unknown[] = [];
      const routes: Route[] = ['github', 'compressed'].map((provider) => ({
        path: provider,
        provider,
        handle: ({ body }) => void seen.push(body),
      }));
      const own = { github: webhooks.github, compressed: { sender: compressed, secrets: ['secret'] } };
      await withWebhooks(platform, { webhooks: own, routes }, async ({ post, log }) => {
        for (const [encoding, encode] of [
          ['gzip', gzipSync],
          ['br', brotliCompressSync],
          ['deflate', deflateSync],
        ] as const) {
          const sent = encode('{"a":1}');
          const answer = await post('/github', sent, { ...github('{"a":1}'), 'content-encoding': encoding });
          assert.equal(answer.status, 200, log.join('\n'));
        }
        const sent = gzipSync('{"a":1}');
        const headers = { ...JSON_TYPE, 'content-encoding': 'gzip', 'x-signature': hmac('sha256', 'secret', sent) };
        assert.equal((await post('/compressed', sent, headers)).status, 200, log.join('\n'));
      });
      assert.deepEqual(
        seen,
        Array.from({ length: 4 }, () => ({ a: 1 })),
      );
    },
  },
];
