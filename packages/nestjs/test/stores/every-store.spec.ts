import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, currentCall, SystemClock, type Clock, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { IdempotentRoute, InboundIdempotency, ResilienceModule, type IdempotentRequest } from '@breakwater/nestjs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { WebhookClaim } from '../../src/inbound/webhooks/inbox/webhook-claim.js';
import { WebhookInbox } from '../../src/inbound/webhooks/inbox/webhook-inbox.js';
import { everyStore, type StoreUnderTest } from './stores.fixture.js';

/** The lease of claims that hold throughout their test, however slow the machine is. */
const LEASE_MS = 60_000;
/** The lease of claims that are to lapse: the shortest that `@IdempotentRoute` takes. */
const SHORT_LEASE_MS = 1000;

const stores = await everyStore();
const clock = new SystemClock();

afterAll(async () => {
  for (const { close } of stores) await close();
});

/** The store as a process has it that died, or hangs: nothing that it writes after its claim comes through. */
function deadStore(store: Store): Store {
  const dead: Pick<Store, 'put' | 'delete'> = {
    put: (key, value, when) => (when.if === 'absent' ? store.put(key, value, when) : new Promise(() => undefined)),
    delete: () => new Promise(() => undefined),
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name in dead) return dead[name as keyof typeof dead];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Has something looked at while a short lease holds; anew where the machine took longer than that for it. */
async function withinLease<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  for (;;) {
    const startedAt = performance.now();
    const seen = await look();
    if (performance.now() - startedAt < SHORT_LEASE_MS) return seen;
  }
}

describe.each(stores.map((each) => [each.name, each] as const))(
  'the webhook inbox on %s',
  (_name, { store, effect, effects }) => {
    let key: string;
    beforeEach(() => void (key = `webhook:${randomUUID()}`));

    const inboxOf = (of: Store, leaseMs = LEASE_MS) => new WebhookInbox(of, clock, { leaseMs, keepMs: 60_000 });
    const inbox = inboxOf(store);

    async function claim(of = inbox): Promise<WebhookClaim> {
      const admission = await of.admit(key);
      if (!('claim' in admission)) throw new Error(`expected a claim, got ${admission.duplicate}`);
      return admission.claim;
    }

    /** Claims the key once its claim shows no sign of life for a moment: the lease is that of the inbox that admits. */
    async function takeOver(): Promise<WebhookClaim> {
      for (const successors = inboxOf(store, 50); ; await sleep(10)) {
        const admission = await successors.admit(key);
        if ('claim' in admission) return admission.claim;
      }
    }

    it('admits one of two hundred that come at once, and answers the others with its answer', async () => {
      const admissions = await Promise.all(Array.from({ length: 200 }, () => inbox.admit(key)));
      const claims = admissions.flatMap((admission) => ('claim' in admission ? [admission.claim] : []));
      expect(claims).toHaveLength(1);
      expect(
        new Set(admissions.map((admission) => ('duplicate' in admission ? admission.duplicate : 'claim'))),
      ).toEqual(new Set(['claim', 'in-progress']));
      const answer = { status: 202, type: 'text/plain', body: Buffer.from('handled \u00e9') };
      expect(await claims[0]!.done(answer)).toBe('settled');
      expect(await inbox.admit(key)).toEqual({ duplicate: 'done', answer });
    });

    it('admits again what was released, and what a process was at when it died', async () => {
      expect(await (await claim()).release()).toBe('settled');
      await claim(inboxOf(deadStore(store)));
      expect(await inbox.admit(key)).toMatchObject({ duplicate: 'in-progress' });
      await (await takeOver()).done();
    });

    it('keeps a claim alive while it is held', async () => {
      // Its signs of life come far more often than the other process needs them.
      const held = await claim(inboxOf(store, 150));
      await sleep(SHORT_LEASE_MS * 1.2);
      expect(await inboxOf(store, SHORT_LEASE_MS).admit(key)).toMatchObject({ duplicate: 'in-progress' });
      expect(await held.done()).toBe('settled');
    });

    it.each(['done', 'release'] as const)('refuses the late %s of one that lost its claim', async (late) => {
      const zombie = await claim();
      zombie.abandon();
      const successor = await takeOver();
      expect(await zombie[late]()).toBe('lost');
      expect(await inbox.admit(key)).toMatchObject({ duplicate: 'in-progress' });
      expect(await successor.done({ status: 201 })).toBe('settled');
      expect(await inbox.admit(key)).toEqual({ duplicate: 'done', answer: { status: 201 } });
    });

    it('refuses a record of another release', async () => {
      await store.put(key, 'handled, by a later release', { ttlMs: 60_000, if: 'always' });
      await expect(inbox.admit(key)).rejects.toThrow('another release');
    });

    const transactional = effect === undefined ? it.skip : it;
    const why = effect === undefined ? ' (skipped: this store takes part in no transactions)' : '';

    transactional(
      `marks a delivery in the transaction of its effect, and not when that is rolled back${why}`,
      async () => {
        const rolledBack = await claim();
        await effect!(key, 'ROLLBACK', (transaction) => rolledBack.settleWithin(transaction, 'payments'));
        expect(await rolledBack.release()).toBe('settled');
        const held = await claim();
        await effect!(key, 'COMMIT', (transaction) => held.settleWithin(transaction, 'payments'));
        // A failure after the commit changes nothing.
        await held.release();
        expect([await inbox.admit(key), await effects!(key)]).toEqual([
          { duplicate: 'done', answer: { status: 200 } },
          1,
        ]);
      },
    );

    transactional(`rolls the effect of one back that lost its claim${why}`, async () => {
      const zombie = await claim();
      zombie.abandon();
      await takeOver();
      const late = effect!(key, 'COMMIT', (transaction) => zombie.settleWithin(transaction, 'payments'));
      await expect(late).rejects.toMatchObject({ code: 'WEBHOOK_CLAIM_LOST' });
      expect(await effects!(key)).toBe(0);
    });
  },
);

let handle: (request: IdempotentRequest) => unknown;

@Controller('orders')
class Orders {
  @Post()
  @IdempotentRoute({ lease: SHORT_LEASE_MS })
  create(@InboundIdempotency() request: IdempotentRequest): unknown {
    return handle(request);
  }
}

describe.each(stores.map((each) => [each.name, each] as const))('@IdempotentRoute on %s', (_name, under) => {
  const { store, effect, effects } = under;
  const apps: INestApplication[] = [];
  let key: string;

  beforeEach(() => void (key = randomUUID()));
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  async function start(on: Store = store): Promise<string> {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ store: on, logger: false, shutdown: { grace: 0 } })],
      controllers: [Orders],
    }).compile();
    // An application that has died, or a test that has failed, leaves requests without an answer.
    const app = module.createNestApplication({ logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
    return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/orders`;
  }

  async function post(url: string): Promise<[number, string, string | null]> {
    const response = await fetch(url, { method: 'POST', headers: { 'idempotency-key': key } });
    return [response.status, await response.text(), response.headers.get('idempotent-replayed')];
  }

  it('handles one of forty that come at once to two processes, and replays its answer in both', async () => {
    let handled = 0;
    handle = async () => (handled++, await sleep(50), { order: handled });
    const urls = [await start(), await start()];
    const statuses = (await Promise.all(Array.from({ length: 40 }, (_, i) => post(urls[i % 2]!)))).map(
      ([status]) => status,
    );
    expect(new Set(statuses)).toEqual(new Set([201, 409]));
    for (const url of urls) expect(await post(url)).toEqual([201, '{"order":1}', 'true']);
    expect(handled).toBe(1);
  });

  it('handles a request again whose process died, which can then change nothing', async () => {
    const [dying, other] = [await start(deadStore(store)), await start()];
    let end!: (answer: object) => void;
    const atEnd = new Promise<object>((resolve) => (end = resolve));
    const [duplicate] = await withinLease(async () => {
      key = randomUUID();
      const claimed = new Promise<void>((resolve) => {
        handle = ({ attempt }) => (attempt === 1 ? (resolve(), atEnd) : { attempt });
      });
      void post(dying).catch(() => undefined);
      await claimed;
      return post(other);
    });
    expect(duplicate).toBe(409);
    let again = await post(other);
    for (; again[0] === 409; again = await post(other)) await sleep(20);
    expect(again).toEqual([201, '{"attempt":2}', null]);
    // The first ends late.
    end({ attempt: 1 });
    expect(await post(other)).toEqual([201, '{"attempt":2}', 'true']);
  });

  (effect === undefined ? it.skip : it)(
    `keeps an answer in the transaction of its effect${effect === undefined ? ' (skipped: this store takes part in none)' : ''}`,
    async () => {
      const ends = ['ROLLBACK', 'COMMIT'] as const;
      handle = async (request) => {
        await effect!(key, ends[request.attempt - 1]!, (tx) =>
          request.settle(tx, { body: { order: request.attempt } }),
        );
        throw new Error('after the end of its transaction');
      };
      const url = await start();
      expect([(await post(url))[0], await effects!(key)]).toEqual([500, 0]);
      expect([(await post(url))[0], await effects!(key)]).toEqual([500, 1]);
      expect(await post(url)).toEqual([201, '{"order":2}', 'true']);
      expect(await effects!(key)).toBe(1);
    },
  );
});

describe.each(stores.map((each) => [each.name, each] as const))(
  'outbound idempotency on %s',
  (_name, under: StoreUnderTest) => {
    const { store, effect, effects } = under;
    const hosts: { close(): void }[] = [];
    afterEach(() => {
      for (const host of hosts.splice(0)) host.close();
    });

    const hostOn = (parts: { clock?: Clock } = {}) => {
      const host = createProvider('payments', { idempotency: { lease: LEASE_MS, wait: '20s' } }, { store, ...parts });
      hosts.push(host);
      return host;
    };

    it('runs one of two hundred with one key, on eight hosts, and gives all of them its result', async () => {
      const order = { operation: 'charge', idempotencyKey: randomUUID() };
      const several = Array.from({ length: 8 }, () => hostOn());
      let runs = 0;
      const work = async () => (await sleep(200), `receipt ${++runs}`);
      const results = await Promise.all(Array.from({ length: 200 }, (_, i) => several[i % 8]!.execute(work, order)));
      expect(new Set(results)).toEqual(new Set(['receipt 1']));
    });

    it('wakes a duplicate on another host when the call ends, well before it would look by itself', async () => {
      if (store.bus === undefined) return;
      const order = { operation: 'charge', idempotencyKey: randomUUID() };
      let isEnded = false;
      let hasBegun = false;
      const first = hostOn().execute(async () => ((hasBegun = true), await sleep(200), (isEnded = true)), order);
      while (!hasBegun) await sleep(1);
      // No time passes on the other host, so it never looks by itself.
      const second = hostOn({ clock: new TestClock() }).execute(() => 0, order);
      expect([await second, isEnded]).toEqual([true, true]);
      await first;
    });

    (effect === undefined ? it.skip : it)(
      `settles in the transaction of its method${effect === undefined ? ' (skipped: this store takes part in none)' : ''}`,
      async () => {
        const work = (id: string, end: 'COMMIT' | 'ROLLBACK', code: string) => async () => {
          const call = currentCall()!;
          await effect!(id, end, (transaction) => call.keepWithin(transaction, 'kept'));
          throw Object.assign(new Error('failed'), { code });
        };
        // Either may have been done, or certainly was not, by the word of the error alone.
        for (const code of ['ECONNRESET', 'ECONNREFUSED']) {
          for (const ends of [['COMMIT'], ['ROLLBACK', 'COMMIT']] as const) {
            const id = randomUUID();
            const order = { operation: 'charge', idempotencyKey: id };
            for (const end of ends)
              await expect(hostOn().execute(work(id, end, code), order)).rejects.toThrow('failed');
            expect([await hostOn().execute(() => 'again', order), await effects!(id)]).toEqual(['kept', 1]);
          }
        }
      },
    );
  },
);
