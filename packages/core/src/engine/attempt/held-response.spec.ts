import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { outcomeOf, turn } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

const STREAM = { operation: 'export', stream: true };
const BROKEN = Object.assign(new Error('terminated'), { code: 'UND_ERR_SOCKET' });

function bench(options: ProviderOptions = {}) {
  const clock = new TestClock();
  const provider = createProvider(
    'reports',
    { circuitBreaker: { window: { consecutive: 3 } }, bulkhead: { concurrency: 1, queue: 0 }, ...options },
    { clock },
  );
  const gate = (kind: string) => provider.snapshot().policies.find((policy) => policy.kind === kind);
  return { clock, provider, active: () => gate('bulkhead'), circuit: () => gate('circuitBreaker') };
}

/** A response whose body is handed out by the test. */
function answering() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let left: unknown;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: (reason) => void (left = { reason }),
  });
  const response = new Response(body, { status: 206, headers: { 'content-type': 'text/csv' } });
  return {
    response,
    send: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    fail: () => controller.error(BROKEN),
    left: () => left,
  };
}

describe('A Response that a method returns with stream: true', () => {
  it('holds its slot and its attempt until its body has been read, and is the same otherwise', async () => {
    const { provider, active, circuit } = bench();
    const upstream = answering();
    const response = await provider.execute(() => upstream.response, STREAM);
    expect([response.status, response.headers.get('content-type')]).toEqual([206, 'text/csv']);
    expect(active()).toMatchObject({ active: 1 });
    const text = response.text();
    upstream.send('a,b\n');
    upstream.send('1,2\n');
    await turn();
    expect(active()).toMatchObject({ active: 1 });
    upstream.end();
    expect(await text).toBe('a,b\n1,2\n');
    expect([active(), circuit()]).toMatchObject([{ active: 0 }, { succeeded: 1, failed: 0 }]);
  });

  it('counts as a failure that is not repeated when it breaks in the middle', async () => {
    const { provider, active, circuit } = bench({ retry: { attempts: 3 } });
    let calls = 0;
    const upstream = answering();
    const response = await provider.execute(() => {
      calls++;
      return upstream.response;
    }, STREAM);
    upstream.send('half');
    upstream.fail();
    await expect(response.text()).rejects.toBe(BROKEN);
    expect([calls, active(), circuit()]).toMatchObject([1, { active: 0 }, { failed: 1 }]);
  });

  it('is under the timeout of its attempt until it ends, and lets go of the provider then', async () => {
    const { provider, clock, active } = bench({ timeout: { attempt: '2s' } });
    const upstream = answering();
    const response = await provider.execute(() => upstream.response, STREAM);
    upstream.send('half');
    const text = outcomeOf(response.text());
    await clock.advance('2s');
    expect(await text).toMatchObject({ error: { code: 'TIMEOUT' } });
    await turn();
    expect([upstream.left(), active()]).toMatchObject([{ reason: undefined }, { active: 0 }]);
  });

  it('ends well when its reader leaves it after the first bytes', async () => {
    const { provider, active, circuit } = bench();
    const upstream = answering();
    const response = await provider.execute(() => upstream.response, STREAM);
    upstream.send('a');
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel('enough');
    expect([upstream.left(), active(), circuit()]).toMatchObject([
      { reason: 'enough' },
      { active: 0 },
      { succeeded: 1 },
    ]);
  });

  it('keeps the total timeout and the caller’s signal for as long', async () => {
    const { provider } = bench({ timeout: { total: '1m' } });
    const caller = new AbortController();
    const upstream = answering();
    const response = await provider.execute(() => upstream.response, { ...STREAM, signal: caller.signal });
    const text = outcomeOf(response.text());
    caller.abort(new Error('closed the page'));
    expect(await text).toMatchObject({ error: { message: 'closed the page' } });
  });

  it.each<[string, () => Response]>([
    ['has no body', () => new Response(null, { status: 204 })],
    ['is a failure by its status', () => new Response('down', { status: 503 })],
  ])('ends at its head when it %s', async (_name, respond) => {
    const { provider, active } = bench();
    const response = respond();
    expect(await provider.execute(() => response, STREAM)).toBe(response);
    expect(active()).toMatchObject({ active: 0 });
  });
});

describe('What a method returns', () => {
  it('ends at its head where it is a Response and nothing is said', async () => {
    const { provider, active } = bench();
    const { response } = answering();
    expect(await provider.execute(() => response, { operation: 'export' })).toBe(response);
    expect(active()).toMatchObject({ active: 0 });
  });

  it('ends at its head with stream: false, async iterables included', async () => {
    const { provider, active } = bench();
    const tokens = (async function* () {
      yield 'a';
    })();
    expect(await provider.execute(() => tokens, { operation: 'export', stream: false })).toBe(tokens);
    expect(active()).toMatchObject({ active: 0 });
  });
});
