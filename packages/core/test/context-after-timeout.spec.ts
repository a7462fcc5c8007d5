import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { currentCall } from '../src/engine/current-call.js';
import { createProvider } from '../src/provider/create-provider.js';
import { TestClock } from '../src/testing/test-clock.js';

const LIMIT_MS = 20;

interface Seen {
  readonly request: string;
  readonly attempt: number;
  /** The caller's own context, as the attempt finds it after a wait. */
  readonly found: string | undefined;
  /** The attempt that the attempt takes itself for. */
  readonly current: number | undefined;
}

describe.each([{ trackCalls: false }, { trackCalls: true }])(
  'a retry after an attempt timeout, calls tracked: $trackCalls',
  (parts) => {
    it('runs in its own caller’s async context, and finds its own call where calls are tracked', async () => {
      const clock = new TestClock();
      const context = new AsyncLocalStorage<string>();
      const backoff = { kind: 'constant', initial: 1 } as const;
      const provider = createProvider(
        'provider',
        {
          retry: { attempts: 3, backoff, idempotent: true },
          timeout: { attempt: LIMIT_MS },
          bulkhead: { concurrency: 10 },
        },
        { clock, ...parts },
      );
      const seen: Seen[] = [];
      // Both share one timer: what follows it must not run in the context of the request that has started it.
      const requests = ['first', 'second'].map((request) =>
        context.run(request, () =>
          provider.execute(async ({ attempt }) => {
            await Promise.resolve();
            seen.push({ request, attempt, found: context.getStore(), current: currentCall()?.attempt });
            return attempt < 3 ? new Promise<never>(() => undefined) : request;
          }),
        ),
      );
      await clock.advance(10 * LIMIT_MS);

      await expect(Promise.all(requests)).resolves.toEqual(['first', 'second']);
      expect(seen.map(({ request, attempt }) => `${request} ${attempt}`).toSorted()).toEqual([
        'first 1',
        'first 2',
        'first 3',
        'second 1',
        'second 2',
        'second 3',
      ]);
      expect(seen.filter(({ request, found }) => found !== request)).toEqual([]);
      expect(seen.filter(({ attempt, current }) => parts.trackCalls && current !== attempt)).toEqual([]);
      expect([context.getStore(), currentCall()]).toEqual([undefined, undefined]);
    });
  },
);
