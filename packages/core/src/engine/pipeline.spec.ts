import { describe, expect, it } from '@jest/globals';
import { currentCall } from './current-call.js';
import { siblingAttempt } from './derived-calls.js';
import { LiveCall, type LiveWork, type Next } from './live-call.js';
import type { Outcome } from '../outcome/outcome.js';
import { Pipeline } from './pipeline.js';
import type { Gate, Policy, Wrapper } from './policy.js';
import type { WireListener } from './requests/wire-listener.js';
import type { ProviderOptions } from '../provider/provider-options.js';
import { deferred } from '../testing/deferred.js';
import { environmentOf, httpError, liveCall, liveProvider, turn, watch } from '../testing/calls.fixture.js';
import { recordEvents } from '../testing/record-events.js';
import { TestClock } from '../testing/test-clock.js';

const REFUSAL = new Error('refused');

function bench() {
  const clock = new TestClock();
  const log: string[] = [];
  const environment = environmentOf(clock);
  const run = (policies: readonly Policy[], work: LiveWork, call: LiveCall = liveCall(work, undefined, clock)) =>
    new Pipeline(policies, environment).run(call);
  return { clock, log, environment, run };
}

/** Notes when it is entered and left, and with what outcome; may refuse, or let its callers wait. */
class NotingGate implements Gate<string> {
  readonly kind = 'noting';
  outcomes: Outcome[] = [];
  took: number[] = [];

  constructor(
    readonly name: string,
    readonly log: string[],
    readonly admit: (call: LiveCall) => void | Promise<void> = () => undefined,
  ) {}

  enter(call: LiveCall): string | Promise<string> {
    call.timeWork();
    this.log.push(`enter ${this.name}`);
    const waiting = this.admit(call);
    return waiting === undefined ? `ticket of ${this.name}` : waiting.then(() => `ticket of ${this.name}`);
  }

  leave(ticket: string, outcome: Outcome, call: LiveCall): void {
    this.log.push(`leave ${this.name}`);
    expect(ticket).toBe(`ticket of ${this.name}`);
    this.outcomes.push(outcome);
    this.took.push(call.tookMs);
  }
}

class NotingWrapper implements Wrapper {
  readonly kind = 'wrapping';

  constructor(
    readonly name: string,
    readonly log: string[],
  ) {}

  async execute<T>(call: LiveCall, next: Next<T>): Promise<T> {
    this.log.push(`before ${this.name}`);
    try {
      return await next(call);
    } finally {
      this.log.push(`after ${this.name}`);
    }
  }
}

describe('Pipeline', () => {
  it('runs wrappers around gates, enters gates in order and leaves them in reverse', async () => {
    const { log, run } = bench();
    const policies = [
      new NotingWrapper('w1', log),
      new NotingWrapper('w2', log),
      new NotingGate('g1', log),
      new NotingGate('g2', log),
    ];
    await run(policies, () => log.push('work'));
    expect(log).toEqual([
      ...['before w1', 'before w2', 'enter g1', 'enter g2', 'work'],
      ...['leave g2', 'leave g1', 'after w2', 'after w1'],
    ]);
  });

  describe.each([
    ['a value', async () => 'value', 'success'],
    ['a plain value, not a promise', () => 'value', 'success'],
    ['an error', () => Promise.reject(httpError(500)), 'unknown'],
    ['an error that says nothing about the provider', () => Promise.reject(httpError(429)), 'throttled'],
    [
      'an error thrown before there is a promise',
      () => {
        throw httpError(400);
      },
      'permanent',
    ],
  ] as [string, LiveWork, string][])('when the method ends with %s', (_name, work, kind) => {
    it('every gate is left exactly once and told so', async () => {
      const { log, run } = bench();
      const gates = [new NotingGate('g1', log), new NotingGate('g2', log, () => Promise.resolve())];
      await run(gates, work).catch(() => undefined);
      expect(log).toEqual(['enter g1', 'enter g2', 'leave g2', 'leave g1']);
      for (const { outcomes } of gates) expect(outcomes.map((outcome) => outcome.kind)).toEqual([kind]);
    });

    it('every gate is left exactly once when the call can be aborted, too', async () => {
      const { log, run } = bench();
      const call = liveCall(work);
      call.abortable = true;
      await run([new NotingGate('g1', log)], work, call).catch(() => undefined);
      expect(log).toEqual(['enter g1', 'leave g1']);
    });
  });

  it.each([
    [
      'at once',
      () => {
        throw REFUSAL;
      },
    ],
    ['after a wait', () => Promise.reject(REFUSAL)],
  ] as [string, () => never][])('leaves the gates above one that refuses %s, and no other', async (_name, refuse) => {
    const { log, run } = bench();
    const above = new NotingGate('above', log);
    await expect(
      run([above, new NotingGate('refusing', log, refuse), new NotingGate('below', log)], () => log.push('work')),
    ).rejects.toBe(REFUSAL);
    expect(log).toEqual(['enter above', 'enter refusing', 'leave above']);
    expect(above.outcomes).toEqual([{ kind: 'refused' }]);
  });

  it('does not touch a gate for a call that was aborted before', async () => {
    const { log, run } = bench();
    const call = liveCall(() => log.push('work'));
    call.abort(REFUSAL, true);
    await expect(run([new NotingGate('g1', log)], call.work, call)).rejects.toBe(REFUSAL);
    expect(log).toEqual([]);
  });

  it('does not call the method of a call that is aborted while a gate lets it wait', async () => {
    const { log, run } = bench();
    const turnComes = deferred<void>();
    const call = liveCall(() => log.push('work'));
    const gate = new NotingGate('waiting', log, () => turnComes.promise);
    const result = watch(run([gate], call.work, call));
    call.abort(REFUSAL, true);
    turnComes.resolve();
    await turn();
    expect(result.error).toBe(REFUSAL);
    expect(log).toEqual(['enter waiting', 'leave waiting']);
    expect(gate.outcomes).toEqual([{ kind: 'refused' }]);
  });

  it.each([
    ['the gate below is not even asked', 1],
    ['the method is not called', 2],
  ])('when a gate itself brings it about that the call is aborted, %s', async (_what, gates) => {
    const { log, run } = bench();
    const call = liveCall(() => log.push('work'));
    const names = ['g1', 'g2'];
    const giveUpIn = names[gates - 1];
    const policies = names.map(
      (name) =>
        new NotingGate(name, log, () => {
          if (name === giveUpIn) call.abort(REFUSAL, true);
        }),
    );
    await expect(run(policies, call.work, call)).rejects.toBe(REFUSAL);
    const entered = names.slice(0, gates);
    expect(log).toEqual([
      ...entered.map((name) => `enter ${name}`),
      ...entered.toReversed().map((name) => `leave ${name}`),
    ]);
  });

  describe('after a wait in a gate', () => {
    const renewing = (log: string[], renew: () => unknown): Gate => ({
      kind: 'renewing',
      enter: () => 'old ticket',
      renew,
      leave: (ticket, { kind }) => void log.push(`left with the ${String(ticket)}: ${kind}`),
    });
    const waiting = () => Promise.resolve();

    it('asks those above, and goes on with the tickets that they give', async () => {
      const { log, run } = bench();
      const gates = [renewing(log, () => 'new ticket'), new NotingGate('waiting', log, waiting)];
      await run(gates, () => log.push('work'));
      expect(log).toEqual(['enter waiting', 'work', 'leave waiting', 'left with the new ticket: success']);
    });

    it('does not call the method when one of them refuses now, and leaves them all', async () => {
      const { log, run } = bench();
      const gates = [renewing(log, () => REFUSAL), new NotingGate('waiting', log, waiting)];
      await expect(run(gates, () => log.push('work'))).rejects.toBe(REFUSAL);
      expect(log).toEqual(['enter waiting', 'leave waiting', 'left with the old ticket: refused']);
    });

    it('asks no gate when no call has waited', async () => {
      const { log, run } = bench();
      await run([renewing(log, () => REFUSAL), new NotingGate('g', log)], () => log.push('work'));
      expect(log).toEqual(['enter g', 'work', 'leave g', 'left with the old ticket: success']);
    });
  });

  it('tells gates that the caller has aborted, which is no failure of the provider', async () => {
    const { log, run } = bench();
    const call = liveCall(() => deferred().promise);
    call.abortable = true;
    const gate = new NotingGate('g1', log);
    const result = run([gate], call.work, call);
    await turn();
    call.abort(REFUSAL, true);
    await expect(result).rejects.toBe(REFUSAL);
    expect(gate.outcomes).toEqual([{ kind: 'cancelled' }]);
    expect(call.inDoubt).toBe(true);
  });

  it('ends with the caller’s reason when the method itself makes the caller abort, whatever becomes of the method', async () => {
    const provider = liveProvider('payments', { bulkhead: { concurrency: 1 } }, { clock: new TestClock() });
    const caller = new AbortController();
    const work = deferred();
    const result = provider.execute(
      () => {
        caller.abort(REFUSAL);
        return work.promise;
      },
      { signal: caller.signal },
    );
    await expect(result).rejects.toBe(REFUSAL);
    await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' });
    // The runner fails a test that leaves a rejection unhandled.
    work.reject(new Error('late'));
    await turn();
    await expect(provider.execute(() => 1)).resolves.toBe(1);
  });

  it.each([
    ['while the method is at it', false],
    ['before the method has said that it goes on', true],
  ])('ends at once, and once, with a result that is there early: %s', async (_when, atOnce) => {
    const { log, run } = bench();
    const method = deferred<string>();
    const gate = new NotingGate('a', log);
    let call!: LiveCall;
    const work = (own: unknown) => {
      call = own as LiveCall;
      if (atOnce) call.finish('early');
      return method.promise;
    };
    const owner = liveCall(work);
    owner.abortable = true;
    const result = watch(run([gate], work, owner));
    if (!atOnce) call.finish('early');
    expect(log).toEqual(['enter a', 'leave a']);
    method.resolve('late');
    await turn();
    expect([result.value, log.length]).toEqual(['early', 2]);
    expect(gate.outcomes).toMatchObject([{ kind: 'success' }]);
  });

  it('counts as time taken only what the method took, not the wait before it', async () => {
    const { clock, log, run } = bench();
    const gate = new NotingGate('waiting', log, () => clock.sleep(500));
    const result = run([gate], () => clock.sleep(70));
    await clock.advance('1s');
    await result;
    expect(gate.took).toEqual([70]);
  });

  it('hands work that goes on to a gate that holds on to it, once', async () => {
    const { run } = bench();
    const outlived: Promise<unknown>[] = [];
    const gate = {
      kind: 'holding',
      enter: () => 1,
      leave: () => expect('left').toBe('outlived'),
      outlive: (_ticket: unknown, work: Promise<unknown>) => void outlived.push(work),
    };
    const work = deferred();
    const call = liveCall(() => work.promise);
    call.abortable = true;
    const result = watch(run([gate], call.work, call));
    await turn();
    call.abort(REFUSAL);
    await turn();
    expect(result.error).toBe(REFUSAL);
    work.resolve('late');
    expect(await Promise.all(outlived)).toEqual(['late']);
  });

  it('asks a query object for its result only once: another then would send it again', async () => {
    const { run } = bench();
    let sent = 0;
    const query = { then: (resolve: (rows: string) => void) => (sent++, resolve('rows')) };
    const call = liveCall(() => query);
    call.abortable = true;
    expect(await run([], call.work, call)).toBe('rows');
    expect(await run([], () => query)).toBe('rows');
    expect(sent).toBe(2);
  });

  it('marks a call in doubt by its outcome', async () => {
    const { run } = bench();
    const doubtAfter = async (error: unknown) => {
      const call = liveCall(() => Promise.reject(error));
      await run([], call.work, call).catch(() => undefined);
      return call.inDoubt;
    };
    expect(await doubtAfter(httpError(500))).toBe(true);
    expect(await doubtAfter(Object.assign(new Error(), { code: 'HPE_INVALID_CONSTANT' }))).toBe(true);
    expect(await doubtAfter(httpError(400))).toBe(false);
    expect(await doubtAfter(httpError(429))).toBe(false);
    expect(await doubtAfter(Object.assign(new Error(), { code: 'ECONNREFUSED' }))).toBe(false);
  });

  it('takes other policies at the next attempt; who is inside leaves what was entered', async () => {
    const { log, environment } = bench();
    const pipeline = new Pipeline([new NotingGate('old', log)], environment);
    const work = deferred();
    const inside = pipeline.run(liveCall(() => work.promise));
    pipeline.use([new NotingGate('new', log)]);
    await pipeline.run(liveCall());
    work.resolve(1);
    await inside;
    expect(log).toEqual(['enter old', 'enter new', 'leave new', 'leave old']);
    expect(pipeline.policies).toHaveLength(1);
  });
});

describe('the order of policies', () => {
  const OPTIONS: ProviderOptions = {
    bulkhead: { concurrency: 1 },
    timeout: { attempt: '1s', total: '10s' },
    rateLimit: { limit: 1000 },
    circuitBreaker: {},
    retry: {},
    idempotency: {},
    fallback: 'fallback',
  };
  const EXPECTED = [
    ...['fallback', 'idempotency', 'timeout', 'retry'],
    ...['circuitBreaker', 'rateLimit', 'bulkhead', 'timeout'],
  ];

  it.each([
    ['as written', Object.keys(OPTIONS)],
    ['backwards', Object.keys(OPTIONS).toReversed()],
    ['sorted', Object.keys(OPTIONS).sort()],
  ])('is the same however the options are ordered: %s', (_name, names) => {
    const options = Object.fromEntries(names.map((name) => [name, OPTIONS[name as keyof ProviderOptions]]));
    const provider = liveProvider('payments', options, { clock: new TestClock() });
    const plan = { operation: 'charge', policies: new Map(names.map((name) => [name, {}])) };
    expect(provider.pipelineFor(plan, []).policies.map(({ kind }) => kind)).toEqual(EXPECTED);
  });

  it('has names of policies in its stack traces', () => {
    const { run } = liveProvider('payments', {}).pipelineFor(
      { operation: 'charge', policies: new Map([['retry', {}]]) },
      [],
    );
    expect(run.name).toBe('retry');
  });

  it('lets every attempt pass the circuit breaker', async () => {
    const clock = new TestClock();
    const options = { retry: { attempts: 5, backoff: { initial: 0 } }, circuitBreaker: { window: { consecutive: 3 } } };
    const provider = liveProvider('payments', options, { clock });
    let calls = 0;
    const result = watch(provider.execute(() => (calls++, Promise.reject(httpError(503)))));
    await clock.advance('1s');
    expect(calls).toBe(3);
    expect(result.settled).toBe(true);
  });

  it('does not spend a token on a call that the open circuit refuses, nor a slot on one that the rate refuses', async () => {
    const clock = new TestClock();
    const options = { circuitBreaker: {}, rateLimit: { limit: 1, per: '1s' as const }, bulkhead: { concurrency: 1 } };
    const provider = liveProvider('payments', options, { clock });
    provider.circuitBreaker!.forceOpen();
    await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    provider.circuitBreaker!.forceClosed();
    const work = deferred();
    const first = provider.execute(() => work.promise);
    await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    work.resolve(1);
    await first;
    expect(provider.snapshot().policies.find(({ kind }) => kind === 'bulkhead')).toMatchObject({
      active: 0,
      admitted: 1,
    });
  });

  const deep = async () => {
    const before = currentCall()?.operation;
    await turn();
    return [before, currentCall()?.operation];
  };

  it('makes a call in whose method the current call is known, at any depth, where calls are tracked', async () => {
    const provider = liveProvider('payments', {}, { clock: new TestClock(), trackCalls: true });
    expect(await provider.execute(() => deep(), { operation: 'charge' })).toEqual(['charge', 'charge']);
    expect(currentCall()).toBeUndefined();
  });

  it('makes a tracked call known also to what its method gives that begins only when it is waited for', async () => {
    const provider = liveProvider('payments', {}, { clock: new TestClock(), trackCalls: true });
    const query = { then: (resolve: (found: unknown) => void) => resolve(currentCall()?.operation) };
    expect(await provider.execute(() => query, { operation: 'charge' })).toBe('charge');
  });

  it.each([
    ['a total timeout', { timeout: { total: '1s' } }, {}],
    ['a caller who may abort', {}, { signal: new AbortController().signal }],
    ['a key', {}, { key: 'tenant' }],
    ['an idempotency key', {}, { idempotencyKey: 'order-7' }],
  ] as const)('makes a call known at any depth, tracked or not, that has %s', async (_what, options, more) => {
    const provider = liveProvider('payments', options, { clock: new TestClock() });
    const nested = () => provider.execute(deep, { operation: 'nested' });
    expect(await provider.execute(deep, { operation: 'charge', ...more })).toEqual(['charge', 'charge']);
    expect(await provider.execute(nested, { operation: 'charge', ...more })).toEqual(['nested', 'nested']);
  });

  it('makes any call known until its method first waits', async () => {
    const provider = liveProvider('payments', {}, { clock: new TestClock() });
    const other = liveProvider('email', {}, { clock: new TestClock() });
    const both = () => {
      const inner = other.execute(deep, { operation: 'send' });
      return [currentCall()?.operation, inner];
    };
    const [outer, inner] = (await provider.execute(both, { operation: 'charge' })) as [string, Promise<unknown>];
    expect([outer, await inner]).toEqual(['charge', ['send', 'send']]);
    expect(await provider.execute(deep, { operation: 'charge' })).toEqual(['charge', undefined]);
    const thrown = provider.execute(() => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    expect(currentCall()).toBeUndefined();
  });

  it('tells what happens in the order in which it happens', async () => {
    const clock = new TestClock();
    const options = {
      retry: { attempts: 2, backoff: { initial: 0 } },
      circuitBreaker: { window: { consecutive: 2 } },
      fallback: 'instead',
    };
    const provider = liveProvider('payments', options, { clock });
    const events = recordEvents(provider);
    const result = watch(provider.execute(() => Promise.reject(new Error('down')), { operation: 'charge' }));
    await clock.advance(10);
    expect(result.value).toBe('instead');
    expect(events.types).toEqual(['retry.scheduled', 'circuitBreaker.opened', 'fallback.used']);
    expect(events.all[0]).toEqual({
      type: 'retry.scheduled',
      provider: 'payments',
      operation: 'charge',
      at: clock.wallNow() - 10,
      detail: { attempt: 1, outcome: 'unknown', waitMs: 0 },
    });
  });

  it.each([
    ['an attempt', (call: LiveCall) => call],
    ['one beside another of the same operation', (call: LiveCall) => siblingAttempt(call, true)],
  ])('asks the wire what %s has sent that failed and was not seen to send anything', async (_what, attemptOf) => {
    const { run } = bench();
    const asked: unknown[] = [];
    const wire = { missed: (_call: unknown, error: unknown) => void asked.push(error) } as WireListener;
    const failing = () => Promise.reject(REFUSAL);
    const operation = new LiveCall({ provider: 'p', clock: new TestClock(), wire: () => wire }, 'charge', [], failing);
    await expect(run([], failing, attemptOf(operation))).rejects.toBe(REFUSAL);
    expect(asked).toEqual([REFUSAL]);
  });
});
