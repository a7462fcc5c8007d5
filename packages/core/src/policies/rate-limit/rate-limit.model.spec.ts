import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createEnvironment } from '../../provider/create-environment.js';
import { EventHub } from '../../events/event-hub.js';
import type { LiveCall } from '../../engine/live-call.js';
import { MemoryStore } from '../../store/memory-store.js';
import { Pipeline } from '../../engine/pipeline.js';
import type { Gate } from '../../engine/policy.js';
import type { ProviderParts } from '../../provider/provider-parts.js';
import { LiveProvider } from '../../provider/live-provider.js';
import { readSettings } from '../../settings/read-settings.js';
import { turn, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { rateLimitKind } from './rate-limit.kind.js';

interface QuotaGiven {
  readonly limit: number;
  readonly per: number;
  readonly burst?: number;
  readonly margin?: number;
}

const QUOTAS: fc.Arbitrary<readonly QuotaGiven[]> = fc.constantFrom<readonly QuotaGiven[]>(
  [{ limit: 1, per: 100, burst: 1 }],
  [{ limit: 3, per: 100 }],
  [{ limit: 4, per: 300, burst: 3 }],
  [
    { limit: 10, per: 200, burst: 5 },
    { limit: 15, per: 2000, burst: 6 },
  ],
  [
    { limit: 12, per: 2000 },
    { limit: 4, per: 200, margin: 0 },
  ],
  [
    { limit: 30, per: 1000, burst: 4 },
    { limit: 3, per: 70, burst: 2 },
    { limit: 60, per: 9000, burst: 30 },
  ],
);

interface Arrival {
  readonly afterMs: number;
  readonly cost: number;
  readonly background: boolean;
  /** How long a gate below holds the call, and whether it refuses it then. */
  readonly heldMs: number;
  readonly refused: boolean;
  readonly workMs: number;
  readonly abortAfterMs: number | undefined;
  /** New settings that come before it. */
  readonly quotas: readonly QuotaGiven[] | undefined;
}

const ARRIVAL: fc.Arbitrary<Arrival> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 1500 })),
  cost: fc.constantFrom(0, 1, 1, 1, 2, 3),
  background: fc.boolean(),
  heldMs: fc.constantFrom(0, 0, 0, 1, 20, 300, 2500),
  refused: fc.boolean(),
  workMs: fc.constantFrom(0, 0, 60),
  abortAfterMs: fc.option(fc.constantFrom(0, 3, 50), { nil: undefined }),
  quotas: fc.option(QUOTAS, { nil: undefined, freq: 30 }),
});

/** Stands below the rate limit: notes when a call came through it, and holds or refuses calls as it is told. */
class Below implements Gate<undefined> {
  readonly kind = 'below';

  constructor(
    private readonly clock: TestClock,
    private readonly came: (call: LiveCall) => void,
  ) {}

  enter(call: LiveCall): undefined | Promise<undefined> {
    this.came(call);
    const { heldMs, refused } = call.args[0] as Arrival;
    if (heldMs > 0) return this.hold(call, heldMs, refused);
    if (refused) throw new Error('refused below');
    return undefined;
  }

  leave(): void {}

  private async hold(call: LiveCall, heldMs: number, refused: boolean): Promise<undefined> {
    await this.clock.sleep(heldMs, call.signal);
    if (refused) throw new Error('refused below');
    return undefined;
  }
}

function bench(quotas: readonly QuotaGiven[], wait: number) {
  const clock = new TestClock();
  const parts: ProviderParts = {
    name: 'crm',
    path: 'crm',
    settings: {},
    clock,
    store: new MemoryStore({ clock }),
    random: () => 0.5,
  };
  const provider = new LiveProvider(parts);
  const environment = createEnvironment(parts, new EventHub(), { classify: () => undefined });
  const options = {
    quotas,
    wait,
    queue: 20,
    cost: ({ cost }: Arrival) => cost,
    priority: ({ background }: Arrival) => (background ? 'background' : 'foreground'),
  };
  const { settings } = readSettings(rateLimitKind.schema, options, '');
  const [price, limit] = rateLimitKind.specs(settings).map((spec) => spec.create(environment));
  /** The settings by which each call was let through. */
  const eraOf = new Map<LiveCall, number>();
  const below = new Below(clock, (call) => eraOf.set(call, eras.length - 1));
  const pipeline = new Pipeline([price!, limit!, below], environment);
  const began: { at: number; cost: number; from: number; to: number }[] = [];
  const eras: (readonly QuotaGiven[])[] = [quotas];
  const reconfigure = (next: readonly QuotaGiven[]) => {
    const read = readSettings(rateLimitKind.schema, { ...options, quotas: next }, '');
    limit!.reconfigure!(rateLimitKind.specs(read.settings)[1]!.settings);
    eras.push(next);
  };
  const call = (arrival: Arrival, signal: AbortSignal) => {
    const made: LiveCall = provider.newCall('call', [arrival], () => {
      began.push({ at: clock.now(), cost: arrival.cost, from: eraOf.get(made)!, to: eras.length - 1 });
      return arrival.workMs === 0 ? undefined : clock.sleep(arrival.workMs);
    });
    return watch(provider.run(pipeline, made, signal));
  };
  const shown = () => limit!.snapshot!(clock.now()) as Record<'admitted' | 'givenBack' | 'queued', number>;
  return { clock, call, began, eras, reconfigure, shown };
}

describe('rate limit', () => {
  it('lets no window of any quota hold more than its limit, whatever arrives, waits, is held or refused below, is aborted or reconfigured', async () => {
    const property = fc.asyncProperty(
      QUOTAS,
      fc.constantFrom(0, 100, 3_600_000),
      fc.array(ARRIVAL, { maxLength: 60, size: 'max' }),
      async (quotas, wait, arrivals) => {
        const { clock, call, began, eras, reconfigure, shown } = bench(quotas, wait);
        const results = [];
        for (const arrival of arrivals) {
          if (arrival.afterMs > 0) await clock.advance(arrival.afterMs);
          if (arrival.quotas !== undefined) {
            reconfigure(arrival.quotas);
            // Those who are let through by them come before the next.
            await turn();
          }
          const caller = new AbortController();
          results.push(call(arrival, caller.signal));
          if (arrival.abortAfterMs === 0) caller.abort('left');
          else if (arrival.abortAfterMs !== undefined) clock.schedule(arrival.abortAfterMs, () => caller.abort('left'));
        }
        await clock.advance('1m');
        await turn();
        expect(results.filter(({ settled }) => !settled)).toEqual([]);
        for (const [from, { at: begin }] of began.entries()) {
          for (const per of new Set(eras.flatMap((each) => each.map((quota) => quota.per)))) {
            const within = began.slice(from).filter(({ at }) => at < begin + per);
            const first = Math.min(...within.map((each) => each.from));
            // The largest limit of the eras that the window touches; none where one of them has no quota of the period.
            const limits = eras
              .slice(first, within.at(-1)!.to + 1)
              .map((each) => Math.min(...each.filter((quota) => quota.per === per).map(({ limit }) => limit)));
            expect(within.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(Math.max(...limits));
          }
        }
        // Calls that did not begin were given back, unless other quotas had taken the place of those of which it was
        // taken.
        const counted = shown().admitted - shown().givenBack;
        expect(counted).toBeGreaterThanOrEqual(began.length);
        expect(eras.length > 1 || counted === began.length).toBe(true);
        expect(shown().queued).toBe(0);
        expect(clock.pendingTimers('referenced')).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: modelRuns(200) });
  });
});
