import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/provider/create-provider.js';
import { MemoryStore } from '../src/store/memory-store.js';
import { turn, watch } from '../src/testing/calls.fixture.js';
import { deferred } from '../src/testing/deferred.js';
import { recordEvents } from '../src/testing/record-events.js';
import { TestClock } from '../src/testing/test-clock.js';

describe('a provider whose memory is full', () => {
  it('forgets no operation that is under way: another process does not charge once more', async () => {
    const clock = new TestClock();
    const store = new MemoryStore({ clock, maxEntries: 3, onEvicted: () => undefined });
    const [here, there] = [0, 1].map(() => createProvider('payments', { idempotency: {} }, { clock, store }));
    const charging = deferred<string>();
    let charges = 0;
    const charge = () => (charges++, charging.promise);
    const first = watch(here!.execute(charge, { idempotencyKey: 'order-1' }));
    await turn();
    for (let i = 0; i < 100; i++) await here!.execute(() => 'done', { idempotencyKey: `other-${i}` });
    const second = watch(there!.execute(charge, { idempotencyKey: 'order-1' }));
    await turn();
    charging.resolve('charged');
    await turn();
    await clock.advance(60_000);
    expect(charges).toBe(1);
    expect(first.value).toBe('charged');
    expect(second.settled).toBe(true);
  });

  it('says so in an event', async () => {
    const clock = new TestClock();
    const provider = createProvider('payments', { idempotency: {} }, { clock });
    const events = recordEvents(provider);
    const receipt = 'x'.repeat(60_000);
    for (let i = 0; i < 1200; i++) await provider.execute(() => receipt, { idempotencyKey: `order-${i}` });
    expect(events.ofType('store.evicted').map(({ detail }) => detail)).toEqual([
      { share: 'idempotency:payments', evicted: 1 },
    ]);
  });
});
