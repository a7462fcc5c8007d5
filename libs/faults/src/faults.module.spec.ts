import { setTimeout as sleep } from 'node:timers/promises';
import { TestClock } from '@breakwater/core/testing';
import { Body, Controller, Get, HttpCode, Module, Post, RequestMethod, UseGuards } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultsModule, type FaultsOptions } from './faults.module.js';
import type { FaultSet } from './faults/fault-set.js';
import { ApiKeyGuard } from './service/api-key.guard.js';
import { CallLog } from './service/call-log.service.js';
import { type MockService, startMockService } from './service/start-mock-service.js';

let worked = 0;
let lastBody: unknown;

@Controller()
class WorkController {
  @Post('work')
  @HttpCode(201)
  @UseGuards(ApiKeyGuard)
  work(@Body() body: unknown): unknown {
    worked += 1;
    lastBody = body;
    return { body };
  }

  @Get('admin/worked')
  count(): { worked: number } {
    return { worked };
  }
}

@Module({})
class WorkModule {}

const count = [{ path: 'work', method: RequestMethod.POST }];

function start(options: FaultsOptions = {}): Promise<MockService> {
  const faults = FaultsModule.forRoot({ exclude: ['admin'], count, ...options });
  return startMockService({ module: WorkModule, imports: [faults], controllers: [WorkController] });
}

describe('FaultsModule', () => {
  let service: MockService;
  let clock: TestClock;

  beforeEach(async () => {
    worked = 0;
    clock = new TestClock();
    service = await start({ seed: 1, clock });
  });
  afterEach(() => service.close());

  const call = (path: string, method: string, body?: unknown, init: RequestInit = {}) =>
    fetch(service.url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: 'Bearer me' },
      body: body === undefined ? null : JSON.stringify(body),
      ...init,
    });
  const work = (init?: RequestInit) => call('/work', 'POST', { is: 'work' }, init);
  const strike = (faults: FaultSet) => call('/faults', 'PUT', faults);
  const counts = () => service.app.get(CallLog, { strict: false }).of('me').counts();

  it('is calm until told otherwise', async () => {
    const answer = await work();

    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ body: { is: 'work' } });
  });

  it('replaces the active faults, reports them, and goes back to calm', async () => {
    await strike({ hang: true });
    expect(await (await strike({ latency: { ms: 1 } })).json()).toMatchObject({ active: { latency: { ms: 1 } } });

    const calm = await (await call('/faults', 'DELETE')).json();
    expect(calm).toEqual({ active: {}, struck: { latency: 0, hang: 0, error: 0, flap: 0, throttle: 0, drop: 0 } });
    expect(await (await call('/faults', 'GET')).json()).toEqual(calm);
  });

  it('names every bad field of a fault set and leaves the active one as it was', async () => {
    await strike({ latency: { ms: 1 } });

    const answer = await call('/faults', 'PUT', {
      latency: { ms: -1, jitterMs: 'much' },
      hang: 1,
      error: { rate: 2, status: 200 },
      drop: { rate: 1, when: 'never' },
      flap: {},
      quake: true,
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'the request is malformed',
      faults: expect.arrayContaining([
        'latency.ms must be a whole number from 0 to 600000',
        'latency.jitterMs must be a whole number from 0 to 600000',
        'hang must be true, or left out',
        'error.rate must be a number from 0 to 1',
        'error.status must be a whole number from 400 to 599',
        "drop.when must be 'before-work' or 'after-work'",
        'flap.upMs is missing',
        'flap.downMs is missing',
        'flap.status is missing',
        'quake is not a known field',
      ]),
    });
    expect(await (await call('/faults', 'GET')).json()).toMatchObject({ active: { latency: { ms: 1 } } });
  });

  it.each([[], null, 'calm', 7])('refuses %j as a fault set', async (body) => {
    expect((await call('/faults', 'PUT', body)).status).toBe(400);
  });

  it('errors before the work, with the status and Retry-After that were asked for', async () => {
    await strike({ error: { rate: 1, status: 503, retryAfterSeconds: 7 } });

    const answer = await work();

    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'a fault is active',
      faults: [],
    });
    expect(worked).toBe(0);
  });

  it('spares the excluded routes', async () => {
    await strike({ error: { rate: 1, status: 500 }, hang: true });

    expect((await call('/admin/worked', 'GET')).status).toBe(200);
  });

  it('throttles by the clock it was given', async () => {
    await strike({ throttle: { limit: 1, perMs: 1500 } });

    expect((await work()).status).toBe(201);
    const refused = await work();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    await clock.advance(1500);
    expect((await work()).status).toBe(201);
  });

  it('resets the connection before the work, or after it', async () => {
    await strike({ drop: { rate: 1, when: 'before-work' } });
    await expect(work()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(worked).toBe(0);

    await strike({ drop: { rate: 1, when: 'after-work' } });
    await expect(work()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(worked).toBe(1);
  });

  it('hangs without doing the work, and goes on hanging once the fault is cleared', async () => {
    await strike({ hang: true });
    const { hanging, leave } = await workThatWaits();
    await call('/faults', 'DELETE');
    await clock.advance(600_000);
    expect(counts().open).toBe(1);

    leave();
    expect(await hanging).toMatchObject({ name: 'AbortError' });
    expect(worked).toBe(0);
  });

  it('is late by the latency, and does the work even if its client has left', async () => {
    await strike({ latency: { ms: 60 } });
    const { hanging, leave } = await workThatWaits();
    while (clock.pendingTimers() === 0) await sleep(1);
    leave();
    expect(await hanging).toMatchObject({ name: 'AbortError' });
    await clock.advance(59);
    expect(worked).toBe(0);

    await clock.advance(1);
    while (worked === 0) await sleep(1);
    expect(lastBody).toEqual({ is: 'work' });
  });

  it('counts how often each fault struck', async () => {
    await strike({ latency: { ms: 1 }, error: { rate: 1, status: 500 } });
    const late = [work(), work()];
    while (clock.pendingTimers() < 2) await sleep(1);
    await clock.advance(1);
    await Promise.all(late);

    expect(await (await call('/faults', 'GET')).json()).toMatchObject({ struck: { latency: 2, error: 2, drop: 0 } });
  });

  it('counts every call before faults strike, and then what its client was told', async () => {
    await strike({ error: { rate: 1, status: 500 } });
    await work();
    await strike({ throttle: { limit: 0, perMs: 1000 } });
    await work();
    await strike({ drop: { rate: 1, when: 'before-work' } });
    await work().catch(() => undefined);
    await strike({ hang: true });
    const { leave } = await workThatWaits();
    expect(counts()).toMatchObject({ total: 4, failed: 1, refused429: 1, dropped: 1, open: 1 });

    leave();
    while (counts().open > 0) await sleep(1);
    expect(counts()).toMatchObject({ total: 4, dropped: 2, open: 0 });
  });

  it('answers broken JSON with 400, too large a body with 413, a missing key with 401, an unknown path with 404', async () => {
    const broken = await work({ body: '{"a":' });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ statusCode: 400, error: 'Bad Request', faults: [] });

    expect((await call('/work', 'POST', 'x'.repeat(101 * 1024))).status).toBe(413);

    const anonymous = await work({ headers: {} });
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await call('/nowhere', 'GET')).status).toBe(404);
  });

  it('closes at once while requests hang', async () => {
    await strike({ hang: true });
    const hanging = [work(), work(), work()].map((request) => request.catch((error: unknown) => error));
    await untilArrived(3);

    // Nothing else ends them.
    await service.close();

    for (const outcome of await Promise.all(hanging)) expect(outcome).toMatchObject({ name: 'TypeError' });
  });

  /** A request that the service has received and does not answer, and how its client aborts it. */
  async function workThatWaits() {
    const client = new AbortController();
    const { total } = counts();
    const hanging = work({ signal: client.signal }).catch((error: unknown) => error);
    await untilArrived(total + 1);
    return { hanging, leave: () => client.abort() };
  }

  async function untilArrived(total: number): Promise<void> {
    while (counts().total < total) await sleep(1);
  }
});

describe('the seed', () => {
  it('makes two services fail the same requests', async () => {
    const statuses = async (seed: number) => {
      const service = await start({ seed });
      const put = { method: 'PUT', headers: { 'content-type': 'application/json' } };
      await fetch(`${service.url}/faults`, { ...put, body: '{"error":{"rate":0.5,"status":500}}' });
      const answers: number[] = [];
      for (let call = 0; call < 20; call += 1) answers.push((await fetch(`${service.url}/calls`)).status);
      await service.close();
      return answers.join(' ');
    };

    const first = await statuses(42);

    expect(await statuses(42)).toBe(first);
    expect(first).toContain('500');
    expect(first).toContain('404');
  });
});
