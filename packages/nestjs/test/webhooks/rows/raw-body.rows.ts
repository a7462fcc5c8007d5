import assert from 'node:assert/strict';
import { Controller, Get, Post, Req, VersioningType, type INestApplication, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { json } from 'express';
import type { Row } from '../row.js';
import { FORM_TYPE, hmac, JSON_TYPE, stripe } from '../signing.js';
import {
  controllerOf,
  withWebhooks,
  type Platform,
  type Route,
  type WebhookApp,
  type WebhookAppOptions,
} from '../webhook-app.fixture.js';

const webhooks = {
  stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] },
  slack: { sender: 'github', secrets: ['gh'] },
};

/** A controller of no webhook: it returns what the framework parsed, and whether it kept the bytes. */
function plain(path: string, version?: string): Type {
  class Plain {
    handle(request: { body?: unknown; rawBody?: unknown }): unknown {
      return { body: request.body, hasRawBody: request.rawBody !== undefined };
    }
  }
  Req()(Plain.prototype, 'handle', 0);
  Post(path)(Plain.prototype, 'handle', Object.getOwnPropertyDescriptor(Plain.prototype, 'handle')!);
  Controller(version === undefined ? {} : { version })(Plain);
  return Plain;
}

/** A controller that answers to any path that is asked for with GET. */
function everyPage(platform: Platform): Type {
  class Pages {
    show(): string {
      return 'page';
    }
  }
  Get(platform === 'express' ? '*page' : '*')(
    Pages.prototype,
    'show',
    Object.getOwnPropertyDescriptor(Pages.prototype, 'show')!,
  );
  Controller()(Pages);
  return Pages;
}

async function withoutRawBody(
  platform: Platform,
  options: Partial<WebhookAppOptions>,
  work: (app: WebhookApp) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const routes: Route[] = [
    { path: 'hooks/:tenant', provider: 'stripe', handle: ({ body }) => body },
    { path: 'guarded', provider: 'stripe', guardOnly: true, handle: ({ body }) => body },
    { path: 'form', provider: 'slack', handle: ({ body }) => body },
  ];
  await withWebhooks(platform, { webhooks, routes, nest: {}, ...options }, work);
}

const BODY = '{"id": "evt_1",  "amount": 1.0}';
const NEEDS_RAW_BODY = /rawBody: true/;

/** On Express the application does not boot, on Fastify the webhook works: no parser there reads before the route. */
async function bootsOnFastifyAlone(platform: Platform, options: Partial<WebhookAppOptions>): Promise<void> {
  const boots = withoutRawBody(platform, options, async ({ post, log }) => {
    assert.equal((await post('/hooks/acme', BODY, { ...stripe(BODY), 'x-version': '1' })).status, 200, log.join('\n'));
  });
  if (platform === 'express') await assert.rejects(boots, NEEDS_RAW_BODY);
  else await boots;
}

export const rawBodyRows: readonly Row[] = [
  {
    id: 'rawBody',
    sentence: 'boots and verifies without rawBody: true, and leaves the bodies of other routes to the framework',
    run: (platform) =>
      withoutRawBody(platform, { controllers: [plain('plain')] }, async ({ post, log }) => {
        for (const path of ['/hooks/acme', '/hooks/globex?a=1']) {
          const { status, text } = await post(path, BODY, stripe(BODY));
          assert.deepEqual([status, JSON.parse(text)], [200, { id: 'evt_1', amount: 1 }], log.join('\n'));
          assert.equal((await post(path, `${BODY} `, stripe(BODY))).status, 401);
        }
        assert.equal((await post('/guarded', BODY, stripe(BODY))).status, 201);
        const form = 'a=1&b=%20';
        const signed = { ...FORM_TYPE, 'x-hub-signature-256': `sha256=${hmac('sha256', 'gh', form)}` };
        assert.equal((await post('/form', form, signed)).status, 200, log.join('\n'));
        const other = await post('/plain', BODY, JSON_TYPE);
        assert.deepEqual(JSON.parse(other.text), { body: { id: 'evt_1', amount: 1 }, hasRawBody: false });
      }),
  },
  {
    id: 'rawBody',
    sentence: 'does not boot without rawBody: true on Express, where a parser of the application reads first',
    run: async (platform) => {
      if (platform === 'fastify') {
        const prepare = (app: INestApplication) =>
          void (app as NestFastifyApplication).useBodyParser('application/json', { bodyLimit: 100 });
        return bootsOnFastifyAlone(platform, { prepare });
      }
      const preparations: ((app: INestApplication) => void)[] = [
        (app) => void (app as NestExpressApplication).useBodyParser('json', { limit: '4mb' }),
        (app) => void app.use(json()),
      ];
      for (const prepare of preparations) {
        await assert.rejects(withoutRawBody(platform, { prepare }), NEEDS_RAW_BODY);
      }
      // A parser for a path of its own is none of the webhooks' business.
      const prepare = (app: INestApplication) => void app.use('/uploads', json());
      await withoutRawBody(platform, { prepare }, async ({ post }) => {
        assert.equal((await post('/hooks/acme', BODY, stripe(BODY))).status, 200);
      });
    },
  },
  {
    id: 'rawBody',
    sentence: 'does not boot without rawBody: true on Express, where another route may take the path of a webhook',
    run: async (platform) => {
      const controllers = [plain('hooks/:tenant', '2')];
      const versioned = (app: INestApplication) =>
        void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' });
      await bootsOnFastifyAlone(platform, { controllers, prepare: versioned });
      // A page for every path, such as an application of the browser's, takes no body.
      const later = controllerOf('Later', [{ path: 'any', provider: 'stripe', anyVerb: true, handle: () => 'any' }]);
      await withoutRawBody(
        platform,
        { routes: [], controllers: [everyPage(platform), later] },
        async ({ post, log }) => {
          assert.equal((await post('/any', BODY, stripe(BODY))).text, 'any', log.join('\n'));
        },
      );
      await withoutRawBody(platform, { controllers, prepare: versioned, nest: { rawBody: true } }, async ({ post }) => {
        assert.equal((await post('/hooks/acme', BODY, { ...stripe(BODY), 'x-version': '1' })).status, 200);
      });
    },
  },
];
