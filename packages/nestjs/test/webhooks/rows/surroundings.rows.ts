import assert from 'node:assert/strict';
import { ResilienceModule } from '@breakwater/nestjs';
import { Controller, Get, Module, StreamableFile, VersioningType, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import type { Row } from '../row.js';
import { stripe } from '../signing.js';
import { controllerOf, latch, until, withWebhooks, type AnyResponse, type Route } from '../webhook-app.fixture.js';

const STRIPE = { stripe: { sender: 'stripe', secrets: ['whsec_of_the_shop'] } };
const LONG = JSON.stringify({ id: 'evt_long', text: 'x'.repeat(200 * 1024) });

/** A numbered body. */
const numbered = (id: number | string) => JSON.stringify({ id: `evt_${id}` });

export const surroundingRows: readonly Row[] = [
  {
    id: 'races',
    sentence: 'lets fifty copies that come at once take effect once, and gives each the answer or 503',
    run: async (platform) => {
      let ran = 0;
      const work = latch();
      const routes: Route[] = [
        {
          path: 'hook',
          provider: 'stripe',
          handle: async () => {
            ran++;
            await work.opened;
            return 'the answer';
          },
        },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        let refused = 0;
        const copies = Array.from({ length: 50 }, async () => {
          const answer = await post('/hook', numbered(1), stripe(numbered(1)));
          if (answer.status === 503) refused++;
          return answer;
        });
        await until(() => refused === 49);
        work.open();
        const answers = await Promise.all(copies);
        assert.equal(answers.filter(({ status, text }) => status === 200 && text === 'the answer').length, 1);
        for (const { status, headers } of answers)
          if (status === 503) assert.match(String(headers['retry-after']), /^\d+$/);
        assert.equal((await post('/hook', numbered(1), stripe(numbered(1)))).text, 'the answer');
      });
      assert.equal(ran, 1);
    },
  },
  {
    id: 'races',
    sentence: 'handles each of forty deliveries once whose senders hang up at any moment and try again',
    run: async (platform) => {
      const ran = new Map<string, number>();
      const routes: Route[] = [
        {
          path: 'hook',
          provider: 'stripe',
          handle: async ({ id }) => {
            ran.set(id!, (ran.get(id!) ?? 0) + 1);
            for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
            return 'ok';
          },
        },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        const deliver = async (delivery: number) => {
          const body = numbered(delivery);
          for (let attempt = 0; ; attempt++) {
            const sender = new AbortController();
            const answer = post('/hook', body, stripe(body), { signal: sender.signal });
            for (let turn = 0; turn < (delivery * 3 + attempt * 11) % 60; turn++) {
              await new Promise((resolve) => setImmediate(resolve));
            }
            if (attempt < 2) sender.abort();
            if ((await answer).status === 200) return;
          }
        };
        await Promise.all(Array.from({ length: 40 }, (_, delivery) => deliver(delivery)));
      });
      assert.deepEqual(
        [...ran.values()],
        Array.from({ length: 40 }, () => 1),
      );
    },
  },
  {
    id: 'answers',
    sentence: 'holds to the first answer of a handler that throws after it has answered',
    run: async (platform) => {
      let ran = 0;
      const handle = (_event: unknown, _request: unknown, response: AnyResponse) => {
        ran++;
        response.status(202).send('accepted');
        throw new Error('too late');
      };
      const routes: Route[] = [{ path: 'hook', provider: 'stripe', answersItself: true, handle }];
      await withWebhooks(platform, { webhooks: STRIPE, routes }, async ({ post }) => {
        for (let copy = 0; copy < 2; copy++) {
          const { status, text } = await post('/hook', numbered(1), stripe(numbered(1)));
          assert.deepEqual([status, text], [202, 'accepted']);
        }
      });
      assert.equal(ran, 1);
    },
  },
  {
    id: 'answers',
    sentence: 'gives a copy what interceptors around the handler made of its answer, and streams as they were sent',
    run: async (platform) => {
      const wrap = {
        intercept: (_: unknown, next: { handle(): Observable<unknown> }) =>
          next.handle().pipe(map((data) => ({ data }))),
      };
      const routes: Route[] = [{ path: 'wrapped', provider: 'stripe', handle: () => 'ok' }];
      const prepare = (app: INestApplication) => void app.useGlobalInterceptors(wrap as never);
      await withWebhooks(platform, { webhooks: STRIPE, routes, prepare }, async ({ post }) => {
        for (let copy = 0; copy < 2; copy++) {
          assert.equal((await post('/wrapped', numbered(1), stripe(numbered(1)))).text, '{"data":"ok"}');
        }
      });
      const bytes = Buffer.from([0xff, 0x00, 0x80]);
      const streaming: Route[] = [
        { path: 'stream', provider: 'stripe', handle: () => new StreamableFile(bytes, { type: 'application/pdf' }) },
      ];
      await withWebhooks(platform, { webhooks: STRIPE, routes: streaming }, async ({ post }) => {
        const answers = [];
        for (let copy = 0; copy < 2; copy++) answers.push(await post('/stream', numbered(1), stripe(numbered(1))));
        assert.deepEqual(
          answers.map(({ status, headers, text }) => [status, headers['content-type'], text]),
          [
            [200, 'application/pdf', bytes.toString()],
            [200, 'application/pdf', bytes.toString()],
          ],
        );
      });
    },
  },
  {
    id: 'routes',
    sentence: 'reads long bodies under a global prefix, versions of every kind and any verb',
    run: async (platform) => {
      const routes: Route[] = [
        { path: 'hook/:tenant', provider: 'stripe', handle: (_event, { params }) => params['tenant'] },
        { path: 'any', provider: 'stripe', anyVerb: true, handle: () => 'any' },
      ];
      const preparations: [string, (app: INestApplication) => void][] = [
        ['', () => undefined],
        ['/api', (app) => void app.setGlobalPrefix('api')],
        [
          '/api/v1',
          (app) => void app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
        ],
        [
          '',
          (app) => void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' }),
        ],
      ];
      for (const [prefix, prepare] of preparations) {
        await withWebhooks(platform, { webhooks: STRIPE, routes, prepare }, async ({ post, log }) => {
          const headers = { ...stripe(LONG), 'x-version': '1' };
          const answer = await post(`${prefix}/hook/acme`, LONG, headers);
          assert.deepEqual([answer.status, answer.text], [200, 'acme'], log.join('\n'));
          for (const method of ['PUT', 'PATCH', 'DELETE']) {
            const body = numbered(method) + ' '.repeat(200 * 1024);
            const any = await post(`${prefix}/any`, body, { ...stripe(body), 'x-version': '1' }, { method });
            assert.deepEqual([any.status, any.text], [200, 'any'], `${method} ${log.join('\n')}`);
          }
        });
      }
    },
  },
  {
    id: 'workers',
    sentence: 'boots where there is no HTTP',
    run: async () => {
      class Health {
        ok(): string {
          return 'ok';
        }
      }
      Get('health')(Health.prototype, 'ok', Object.getOwnPropertyDescriptor(Health.prototype, 'ok')!);
      Controller()(Health);
      class Worker {}
      Module({
        imports: [ResilienceModule.forRoot({ providers: { stripe: { webhook: STRIPE.stripe } } })],
        controllers: [Health, controllerOf('Webhooks', [{ path: 'hook', provider: 'stripe', handle: () => 'ok' }])],
      })(Worker);
      const app = await NestFactory.createApplicationContext(Worker, { logger: false, abortOnError: false });
      await app.close();
    },
  },
];
