import { readFileSync } from 'node:fs';
import { MemoryStore, type ResilienceEvent, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { startResilience } from '../../../test/start-resilience.fixture.js';
import type { ResilienceOptions } from '../../composition/resilience.options.js';
import { CircuitBreaker } from '../../decorators/circuit-breaker.decorator.js';
import { ResilienceModule } from '../../resilience.module.js';
import { LOG_LINES } from './log-lines.js';

describe('the log of an application', () => {
  let clock: TestClock;
  let lines: string[];
  let logger: LoggerService;

  beforeEach(() => {
    clock = new TestClock();
    lines = [];
    const write =
      (level: string) =>
      (message: unknown, ...rest: unknown[]) =>
        void lines.push(`${level} [${String(rest.at(-1))}] ${String(message)}`);
    logger = { log: write('log'), warn: write('warn'), error: write('error'), fatal: write('fatal') };
    Logger.overrideLogger(logger);
  });
  afterEach(() => Logger.overrideLogger(false));

  function start(options: ResilienceOptions) {
    return startResilience({ clock, ...options });
  }

  async function fail(provider: ReturnType<typeof startResilience>['resilience'], times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await provider
        .provider('payments')
        .execute(() => Promise.reject(new Error('down')))
        .catch(() => undefined);
    }
  }

  it('tells of every transition of a circuit: why it opened, for how long, and that it closed', async () => {
    const circuitBreaker = { minimumCalls: 3, openFor: '5s', halfOpen: { calls: 1 } } as const;
    const { resilience } = start({ providers: { payments: { circuitBreaker } } });
    await fail(resilience, 3);
    expect(lines).toEqual([
      "warn [Resilience] 'payments': circuit opened (failure rate, 3 of 3 calls failed): it refuses calls for 5 s",
    ]);
    await clock.advance('5s');
    await resilience.provider('payments').execute(async () => 'up');
    expect(lines.slice(1)).toEqual([
      "log [Resilience] 'payments': circuit half-open: a few calls are let through to try",
      "log [Resilience] 'payments': circuit closed (trial succeeded)",
    ]);
  });

  it.each([5000.7, 4321.123456, 4096.3])('tells of whole seconds at a machine’s odd time, too: %p', async (at) => {
    clock.block(at);
    const { resilience } = start({ providers: { payments: { circuitBreaker: { openFor: '5s' } } } });
    resilience.provider('payments').circuitBreaker?.forceOpen();
    expect(lines).toEqual(["warn [Resilience] 'payments': circuit opened (forced): it refuses calls for 5 s"]);
  });

  it('tells of every event that matters as an error', () => {
    const rows = readFileSync(new URL('../../../../../docs/events.md', import.meta.url), 'utf8').split('\n');
    const errors = rows.flatMap((row) => /^\| `([\w.]+)` +\| error /.exec(row)?.[1] ?? []);
    expect(errors).toContain('store.unavailable');
    // The queue has a log of its own.
    expect(errors.filter((type) => !(type in LOG_LINES))).toEqual(['queue.dead']);
  });

  it('tells of every refusal and of every store that is lost', async () => {
    const { parts } = start({ providers: { payments: {} } });
    const emit = (type: string, detail: object) =>
      parts.registry.events.emit({ type, provider: 'payments', at: 0, detail } as ResilienceEvent);
    emit('idempotency.outcomeUnknown', { reason: 'a run ended without an answer' });
    emit('rateLimit.apart', { hosts: 2, reason: 'timeout' });
    emit('rateLimit.rejoined', {});
    emit('cache.apart', { reason: 'ECONNREFUSED' });
    emit('cache.rejoined', {});
    expect(lines).toEqual([
      "error [Resilience] 'payments': refuses a call: an earlier run may have had its effect (a run ended without an answer)",
      "error [Resilience] 'payments': the store is away: this process keeps to its share of the rate limit (timeout)",
      "log [Resilience] 'payments': the store is back, and with it the rate limit of all processes",
      "warn [Resilience] 'payments': the store is away: this process asks for each cached answer itself (ECONNREFUSED)",
      "log [Resilience] 'payments': the store is back, and with it the answers of all processes",
    ]);
    await parts.close();
  });

  it('tells whose circuit it is: of all methods, of one, or of one key', async () => {
    class Client {
      @CircuitBreaker({ provider: 'payments', scope: 'method', minimumCalls: 1 })
      async charge(): Promise<void> {
        throw new Error('down');
      }

      @CircuitBreaker({ provider: 'payments', key: (tenant: string) => tenant, minimumCalls: 1 })
      async refund(_tenant: string): Promise<void> {
        throw new Error('down');
      }
    }
    const options: ResilienceOptions = { clock, providers: { payments: { circuitBreaker: { minimumCalls: 1 } } } };
    const imports = [ResilienceModule.forRoot(options)];
    const app = await Test.createTestingModule({ imports, providers: [Client] }).compile();
    await app.init();
    app.useLogger(logger);
    lines = [];
    await app
      .get(Client)
      .charge()
      .catch(() => undefined);
    await app
      .get(Client)
      .refund('acme')
      .catch(() => undefined);
    const { resilience } = start(options);
    await fail(resilience, 1);
    const opened = 'circuit opened (failure rate, 1 of 1 calls failed): it refuses calls for 5 s';
    expect(lines).toEqual([
      `warn [Resilience] 'payments' (Client.charge): ${opened}`,
      `warn [Resilience] 'payments' (one key): ${opened}`,
      `warn [Resilience] 'payments': ${opened}`,
    ]);
    await app.close();
  });

  it('tells of a function of the application that throws, at first and then once a minute', async () => {
    const classify = () => {
      throw new Error('no such field');
    };
    const { resilience } = start({ providers: { payments: { retry: true, classify } } });
    const call = () => resilience.provider('payments').execute(async () => 'done');
    for (let i = 0; i < 3; i++) await call();
    const line = "warn [Resilience] 'payments': a function of the application failed: classify (no such field)";
    expect(lines).toEqual([line]);
    await clock.advance('1m');
    await call();
    expect(lines).toEqual([line, line]);
  });

  it('tells of refusals at once, and once a minute how many more there were', async () => {
    const { resilience } = start({ providers: { payments: { rateLimit: { limit: 1, per: '1h' } } } });
    const refused = (count: number) => fail(resilience, count);
    await resilience.provider('payments').execute(async () => 'first');
    await refused(500);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn .*'payments' \(execute\): rate limit refuses calls \(quota-spent\)/);
    await clock.advance('1m');
    expect(lines[1]).toMatch(/– 499 more in the last minute$/);
    await refused(1);
    expect(lines).toHaveLength(2);
    await clock.advance('1m');
    expect(lines[2]).toMatch(/– 1 more in the last minute$/);
    await clock.advance('1h');
    expect(lines).toHaveLength(3);
  });

  it('tells of a store that cannot be reached, with the reason', async () => {
    const down: Store = new MemoryStore({ clock });
    down.put = () => Promise.reject(new Error('SQLITE_FULL: database or disk is full'));
    const { resilience } = start({ store: down, providers: { payments: { idempotency: {} } } });
    for (let i = 0; i < 40; i++) {
      await resilience
        .provider('payments')
        .execute(async () => 'charged', { idempotencyKey: `order-${i}`, args: [i] })
        .catch(() => undefined);
    }
    expect(lines).toEqual([
      "error [Resilience] 'payments': the store cannot be reached: calls that need it are refused (SQLITE_FULL: database or disk is full)",
    ]);
  });

  it('has no line of a text with line breaks in it, nor one without end', async () => {
    const down: Store = new MemoryStore({ clock });
    down.put = () => Promise.reject(new Error(`gone\n[Nest] forged ${'x'.repeat(5000)}`));
    const { resilience } = start({ store: down, providers: { payments: { idempotency: {} } } });
    await resilience
      .provider('payments')
      .execute(async () => 1, { idempotencyKey: 'a', args: [] })
      .catch(() => undefined);
    expect(lines[0]).not.toContain('\n');
    expect(lines[0]!.length).toBeLessThan(400);
  });

  it('stays empty with logger: false', async () => {
    const { resilience } = start({ logger: false, providers: { payments: { circuitBreaker: { minimumCalls: 1 } } } });
    await fail(resilience, 3);
    expect(lines).toEqual([]);
  });

  it('keeps no timer when nothing more is told', async () => {
    const { resilience, parts } = start({ providers: { payments: { rateLimit: { limit: 1, per: '1h' } } } });
    await resilience.provider('payments').execute(async () => 'first');
    await fail(resilience, 2);
    await parts.close();
    expect(lines.at(-1)).toMatch(/1 more in the last minute$/);
  });
});
