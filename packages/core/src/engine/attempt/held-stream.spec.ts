import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { currentCall } from '../current-call.js';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { outcomeOf, turn } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

async function* tokens(...values: unknown[]): AsyncGenerator<unknown> {
  for (const value of values) {
    await Promise.resolve();
    if (value instanceof Error) throw value;
    yield value;
  }
}

/** As an SDK has it: a class with private fields, and more ways to be read. */
class SdkStream implements AsyncIterable<unknown> {
  readonly id = 'response-1';
  readonly #values: unknown[];

  constructor(...values: unknown[]) {
    this.#values = values;
  }

  get length(): number {
    return this.#values.length;
  }

  text(): string {
    return this.#values.join('');
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return tokens(...this.#values);
  }
}

const BROKEN = Object.assign(new Error('terminated'), { code: 'UND_ERR_SOCKET' });

function bench(options: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider(
    'llm',
    { circuitBreaker: { window: { consecutive: 3 } }, bulkhead: { concurrency: 1, queue: 0 }, ...options },
    { clock },
  );
  const gate = (kind: string) => provider.snapshot().policies.find((policy) => policy.kind === kind);
  return { clock, provider, gate, active: () => gate('bulkhead') };
}

async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('A stream that a method returns', () => {
  it.each<[string, () => AsyncIterable<unknown>]>([
    ['a generator', () => tokens('a', 'b')],
    ['an SDK’s own', () => new SdkStream('a', 'b')],
  ])('(%s) holds its slot until it has been read', async (_what, make) => {
    const { provider, active, gate } = bench();
    const stream = await provider.execute(make);
    expect(active()).toMatchObject({ active: 1 });
    await expect(provider.execute(() => 1)).rejects.toMatchObject({ code: 'BULKHEAD_FULL' });
    expect(await read(stream)).toEqual(['a', 'b']);
    expect(active()).toMatchObject({ active: 0 });
    expect(gate('circuitBreaker')).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it('counts as a failure when it breaks in the middle: a provider that always does opens its circuit', async () => {
    const { provider } = bench();
    for (let calls = 0; calls < 3; calls++) {
      const stream = await provider.execute(() => tokens('a', BROKEN));
      await expect(read(stream)).rejects.toBe(BROKEN);
    }
    expect(provider.circuitBreaker?.state).toBe('open');
  });

  it('is not repeated once the caller has it', async () => {
    const { provider } = bench({ retry: { attempts: 5, backoff: { initial: 0 } } });
    let calls = 0;
    const stream = await provider.execute(() => (calls++, tokens(BROKEN)));
    await expect(read(stream)).rejects.toBe(BROKEN);
    expect(calls).toBe(1);
  });

  it('gives its slot back when its reader leaves it, and is closed', async () => {
    const { provider, active, gate } = bench();
    let closed = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    for await (const value of await provider.execute(endless)) if (value === 2) break;
    expect([closed, active()]).toEqual([true, expect.objectContaining({ active: 0 })]);
    expect(gate('circuitBreaker')).toMatchObject({ succeeded: 1, failed: 0 });
    await (await provider.execute(endless)).return(undefined);
    expect(active()).toMatchObject({ active: 0 });
  });

  it('gives its slot back when its reader leaves it although it cannot be closed', async () => {
    const { provider, active, gate } = bench();
    const endless = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }) };
    for await (const value of await provider.execute(() => endless)) if (value === 1) break;
    expect(active()).toMatchObject({ active: 0 });
    expect(gate('circuitBreaker')).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it('gives its slot back, and tells what waits for its end, whose last value throws when it is read', async () => {
    const { provider, clock, active, gate } = bench({ timeout: { total: '1s' } });
    const lazy = {
      get type(): string {
        throw new Error('not loaded');
      },
    };
    expect(await read(await provider.execute(() => tokens('a', lazy)))).toEqual(['a', lazy]);
    expect(active()).toMatchObject({ active: 0 });
    expect(gate('circuitBreaker')).toMatchObject({ succeeded: 1, failed: 0 });
    await clock.advance('1h');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('counts as a failure, and gives its slot back, where it cannot be iterated', async () => {
    const { provider, active, gate } = bench();
    const broken: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]() {
        throw BROKEN;
      },
    };
    await expect(read(await provider.execute(() => broken))).rejects.toBe(BROKEN);
    expect(active()).toMatchObject({ active: 0 });
    expect(gate('circuitBreaker')).toMatchObject({ succeeded: 0, failed: 1 });
  });

  it.each([true, false])('finds its call in its own code, and its reader finds none (tracked: %p)', async (tracked) => {
    const provider = createProvider('llm', { bulkhead: true }, { clock: new TestClock(), trackCalls: tracked });
    const seen: (string | undefined)[] = [];
    const note = (where: string) => seen.push(`${where}: ${currentCall()?.operation}`);
    async function* generate(): AsyncGenerator<number> {
      try {
        note('first');
        yield 1;
        note('next');
        await Promise.resolve();
        if (tracked) note('after a wait');
        yield 2;
      } finally {
        if (tracked) note('closed');
      }
    }
    const stream = await provider.execute(generate, { operation: 'complete' });
    for await (const value of stream) {
      note('reader');
      if (value === 2) break;
    }
    note('reader');
    const places = ['first', 'reader', 'next', 'after a wait', 'reader', 'closed', 'reader'];
    const noted = places.filter((where) => tracked || !['after a wait', 'closed'].includes(where));
    expect(seen).toEqual(noted.map((where) => `${where}: ${where === 'reader' ? undefined : 'complete'}`));
  });

  it('is aborted with what its code calls in turn', async () => {
    const { provider, clock } = bench({ timeout: { attempt: '1s' } });
    const search = createProvider('search', { timeout: { attempt: '1h' } }, { clock });
    let inner: unknown;
    async function* searching(): AsyncGenerator<string> {
      yield 'a';
      await search.execute(({ signal }) => clock.sleep(3_600_000, signal)).catch((error: unknown) => (inner = error));
    }
    const reading = outcomeOf(read(await provider.execute(searching)));
    await clock.advance('1s');
    expect(await reading).toEqual({ error: expect.objectContaining({ code: 'TIMEOUT' }) });
    expect(inner).toMatchObject({ code: 'TIMEOUT', provider: 'llm' });
  });

  it.each(['attempt', 'total'] as const)('is under the %s timeout until it ends', async (scope) => {
    const { provider, clock, active } = bench({ timeout: { [scope]: '1s' } });
    async function* hanging(): AsyncGenerator<string> {
      yield 'a';
      await new Promise(() => undefined);
    }
    const stream = await provider.execute(hanging);
    const result = outcomeOf(read(stream));
    await clock.advance('1s');
    expect(await result).toEqual({ error: expect.objectContaining({ code: 'TIMEOUT', scope }) });
    expect(active()).toMatchObject({ active: 0 });

    expect(await read(await provider.execute(() => tokens('a')))).toEqual(['a']);
    await clock.advance('1h');
    expect(clock.pendingTimers()).toBe(0);
  });

  it('ends with its caller’s reason when the caller aborts it', async () => {
    const { provider, active, gate } = bench();
    const caller = new AbortController();
    const stream = await provider.execute(() => tokens('a', 'b', 'c'), { signal: caller.signal });
    const values: unknown[] = [];
    const reading = outcomeOf(
      (async () => {
        for await (const value of stream) {
          values.push(value);
          caller.abort('gone');
        }
      })(),
    );
    expect(await reading).toEqual({ error: 'gone' });
    expect(values).toEqual(['a']);
    expect(active()).toMatchObject({ active: 0 });
    expect(gate('circuitBreaker')).toMatchObject({ failed: 0 });
  });

  it('looks like itself, and ends at its head where it is read in another way', async () => {
    const { provider, active } = bench();
    const stream = await provider.execute(() => new SdkStream('a', 'b'));
    expect(stream).toBeInstanceOf(SdkStream);
    expect([stream.id, stream.length]).toEqual(['response-1', 2]);
    expect(active()).toMatchObject({ active: 1 });
    expect(stream.text()).toBe('ab');
    expect(active()).toMatchObject({ active: 0 });
  });

  it('of Node or the web ends at its head: how it is read cannot be seen', async () => {
    const { provider, active } = bench();
    const [node, web] = [Readable.from(['a']), new ReadableStream()];
    expect(await provider.execute(() => node)).toBe(node);
    expect(await provider.execute(() => web)).toBe(web);
    await turn();
    expect(active()).toMatchObject({ active: 0 });
  });
});
