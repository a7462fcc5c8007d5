import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { OutcomeKind } from '../../outcome/outcome.js';
import { outcomeOf } from '../../testing/calls.fixture.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';

describe('a call that was sent', () => {
  /** How long calls wait beside two that were sent at once, of which one has ended so after 12 ms. */
  async function waitAfter(kind: OutcomeKind): Promise<number> {
    const clock = new TestClock();
    const options = { rateLimit: { limit: 2 }, classify: () => ({ kind }) };
    const provider = createProvider('crm', options, { clock });
    const answered = outcomeOf(provider.execute(() => clock.sleep(12).then(() => Promise.reject(new Error('answer')))));
    void outcomeOf(provider.execute(() => new Promise(() => undefined)));
    await clock.advance(12);
    await answered;
    return snapshotOf(provider, 'rateLimit').waitMs;
  }

  it.each<OutcomeKind>(['success', 'throttled', 'permanent', 'unauthorized'])(
    'counts for a period from its answer on, which says that it had arrived: %s',
    async (kind) => {
      expect(await waitAfter(kind)).toBe(1000);
    },
  );

  it.each<OutcomeKind>(['not-sent', 'transient', 'unknown', 'contract', 'invalid'])(
    'counts for a period and the margin where nothing says that it has arrived by now: %s',
    async (kind) => {
      expect(await waitAfter(kind)).toBe(1038);
    },
  );
});
