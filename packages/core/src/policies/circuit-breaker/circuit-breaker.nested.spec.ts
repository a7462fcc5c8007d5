import { describe, expect, it } from '@jest/globals';
import { httpError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { deferred } from '../../testing/deferred.js';
import { bench } from './circuit-breaker.fixture.js';

const options = { window: { consecutive: 1 }, openFor: '1s', halfOpen: { calls: 1 } } as const;

/** A provider whose circuit is half-open, and one of whose methods calls another. */
async function recovering(more: Parameters<typeof bench>[0] = {}, others: Parameters<typeof bench>[1] = {}) {
  const made = bench({ ...options, ...more }, others);
  const { provider } = made;
  made.circuit.forceOpen();
  await made.clock.advance('1s');
  const token = (work: () => unknown = () => 'token') => provider.execute(work, { operation: 'token' });
  const charge = (before: () => Promise<unknown> = async () => undefined, within: () => unknown = token) => {
    const work = async () => {
      await before();
      return within();
    };
    return provider.execute(work, { operation: 'charge' });
  };
  return { ...made, token, charge };
}

describe('a call that a provider’s method makes of the same provider', () => {
  it('passes with its trial, which it would else keep from succeeding for ever', async () => {
    const { charge, circuit, snapshot } = await recovering();
    expect(await charge(turn)).toBe('token');
    expect(circuit.state).toBe('closed');
    expect(snapshot()).toMatchObject({ succeeded: 1, ignored: 0, refused: 0 });
  });

  it('passes with its trial also when it fetches what is then kept for all', async () => {
    const { charge, provider, circuit } = await recovering({}, { methods: { token: { cache: { ttl: '1m' } } } });
    const cached = () => provider.execute(() => 'token', { operation: 'token', args: ['of checkout'] });
    expect(await charge(turn, cached)).toBe('token');
    expect(circuit.state).toBe('closed');
  });

  it('takes no permit: as many trials as are permitted pass with the calls that they make', async () => {
    const { charge, token, circuit, snapshot } = await recovering({ halfOpen: { calls: 3 } });
    const inside: unknown[] = [];
    const chain = () =>
      token(async () => {
        inside.push(snapshot()['trial']);
        await turn();
        return token();
      });
    expect(await charge(turn, chain)).toBe('token');
    expect(inside).toEqual([{ inFlight: 1, succeeded: 0, failed: 0 }]);
    expect(await Promise.all([charge(), charge()])).toEqual(['token', 'token']);
    expect(circuit.state).toBe('closed');
  });

  it('passes at every attempt of both', async () => {
    const { charge, token, circuit, clock } = await recovering(
      { halfOpen: { calls: 2, successRate: 0.5 } },
      { retry: { attempts: 2, backoff: { kind: 'constant', initial: '1ms', jitter: 'none' }, budget: false } },
    );
    let tried = 0;
    const flaky = () =>
      token(() => {
        if (++tried % 2 === 1) throw httpError(503);
        return 'token';
      });
    const charged = watch(charge(turn, flaky));
    await turn();
    await turn();
    await clock.advance(1);
    expect(charged).toEqual({ settled: true, value: 'token' });
    expect([tried, circuit.state]).toEqual([2, 'closed']);
  });

  it('decides nothing: the trial does, in which it is made', async () => {
    const { charge, token, circuit } = await recovering({ halfOpen: { calls: 1 } });
    const failing = () => outcomeOf(token(() => Promise.reject(new Error('down'))));
    expect(await charge(turn, failing)).toMatchObject({ error: { message: 'down' } });
    expect(circuit.state).toBe('closed');
  });

  it('passes in a ramp with the call that was let through', async () => {
    const { charge, clock, snapshot } = await recovering({ ramp: { over: '10s', from: 0.5 } });
    await charge(turn);
    await clock.advance(0);
    const charges = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(charge(turn))));
    expect(charges.filter((charged) => 'value' in charged)).toHaveLength(5);
    expect(snapshot()).toMatchObject({ state: 'closed', refused: 5, ignored: 0 });
  });

  it('is refused like any other when it is made in one that has no permit, or had one in another state', async () => {
    const { charge, token, circuit, clock, fail } = await recovering({ halfOpen: { calls: 2 } });
    const first = deferred();
    const early = outcomeOf(charge(() => first.promise));
    await fail();
    await clock.advance('1s');
    expect(circuit.state).toBe('half-open');
    const work = deferred();
    const trials = [token(() => work.promise), token(() => work.promise)];
    first.resolve('goes on');
    expect(await early).toMatchObject({ error: { code: 'CIRCUIT_OPEN', state: 'half-open' } });
    work.resolve('ok');
    await Promise.all(trials);
    expect(circuit.state).toBe('closed');
  });

  it('is no part of a trial that has ended without waiting for it', async () => {
    const { charge, token, circuit } = await recovering({ halfOpen: { calls: 2 } });
    const goOn = deferred();
    let stray: Promise<unknown> | undefined;
    await charge(turn, () => {
      stray = outcomeOf(goOn.promise.then(() => token()));
    });
    const work = deferred();
    const trial = token(() => work.promise);
    goOn.resolve('later');
    expect(await stray).toMatchObject({ error: { code: 'CIRCUIT_OPEN', state: 'half-open' } });
    work.resolve('ok');
    await trial;
    expect(circuit.state).toBe('closed');
  });

  it('is one of a trial itself in the circuit of another key', async () => {
    const { provider, charge, clock } = await recovering();
    const failing = () => Promise.reject(new Error('down'));
    await outcomeOf(provider.execute(failing, { key: 'tenant' }));
    await clock.advance('1s');
    const states: unknown[] = [];
    await charge(turn, () => provider.execute(() => states.push('called'), { key: 'tenant' }));
    expect(states).toEqual(['called']);
    expect(await provider.execute(() => 'ok', { key: 'tenant' })).toBe('ok');
  });
});

describe('what a call comes to that is made in another of the same provider', () => {
  const window = { consecutive: 5 };
  const down = () => Promise.reject(httpError(503));

  /** A closed circuit, and a method around what the calls in it come to. */
  function closed(more: Parameters<typeof bench>[0] = {}) {
    const made = bench({ ...options, window, ...more });
    const { provider } = made;
    const inner = (work: () => unknown) => provider.execute(work, { operation: 'inner' });
    const outer = (work: () => unknown) => outcomeOf(provider.execute(async () => work(), { operation: 'outer' }));
    return { ...made, inner, outer };
  }

  it('counts once: five failures open the circuit, and not three', async () => {
    const { outer, inner, circuit, snapshot } = closed();
    for (let i = 0; i < 4; i++) await outer(() => inner(down));
    expect([circuit.state, snapshot()['failed']]).toEqual(['closed', 4]);
    await outer(() => inner(down));
    expect([circuit.state, snapshot()['failed']]).toEqual(['open', 5]);
  });

  it('counts once at whatever depth, and where it succeeds', async () => {
    const { outer, inner, snapshot } = closed();
    await outer(() => inner(() => inner(() => inner(() => 'ok'))));
    await outer(() => inner(() => inner(down)));
    expect(snapshot()).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('counts for each call that is made, whatever the method around them makes of it', async () => {
    const { outer, inner, circuit, snapshot } = closed();
    const rescued = async () => {
      for (let i = 0; i < 5; i++) await outcomeOf(inner(down));
      return 'rescued';
    };
    expect(await outer(rescued)).toEqual({ value: 'rescued' });
    expect([circuit.state, snapshot()['failed']]).toEqual(['open', 5]);
  });

  it('hides no failure of the method around it', async () => {
    const { outer, inner, snapshot } = closed();
    await outer(async () => {
      await inner(() => 'ok');
      throw httpError(500);
    });
    expect(snapshot()).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('counts for the circuit of its key, and the method around it for its own', async () => {
    const { outer, provider, snapshot } = closed();
    await outer(() => provider.execute(down, { key: 'tenant' }));
    expect(snapshot()).toMatchObject({ failed: 1, succeeded: 0 });
  });

  it('counts once where slow calls are watched', async () => {
    const { outer, inner, snapshot } = closed({ window: { count: 10 }, slowCall: { over: '1s', rate: 0.5 } });
    await outer(() => inner(down));
    expect(snapshot()).toMatchObject({ failed: 1, succeeded: 0 });
  });
});
