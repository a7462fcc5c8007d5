import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { httpError, outcomeOf } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { bench } from './circuit-breaker.fixture.js';

const RUNS = modelRuns(300);

describe('callers that race for a circuit that has just become half-open', () => {
  it(`share its permits exactly, however their calls interleave and end (${RUNS} runs)`, async () => {
    const how = fc.constantFrom('succeeds' as const, 'fails' as const, 'is throttled' as const, 'is given up' as const);
    const race = fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(how, { minLength: 1, maxLength: 16 }),
      async (scheduler, calls, callers) => {
        const { circuit, clock, provider, fail, snapshot } = bench({
          window: { consecutive: 1 },
          openFor: '1s',
          halfOpen: { calls, successRate: 1 },
        });
        await fail();
        await clock.advance('1s');
        let inside = 0;
        let most = 0;
        let decided = 0;
        let admitted = 0;
        const call = async (ends: (typeof callers)[number], i: number) => {
          await scheduler.schedule(Promise.resolve(), `caller ${i} comes`);
          const wasHalfOpen = circuit.state === 'half-open';
          const caller = new AbortController();
          const work = async () => {
            if (wasHalfOpen) admitted++;
            most = Math.max(most, wasHalfOpen ? ++inside : inside);
            await scheduler.schedule(Promise.resolve(), `call ${i} ends`);
            if (wasHalfOpen) inside--;
            if (wasHalfOpen && (ends === 'succeeds' || ends === 'fails')) decided++;
            if (ends === 'is given up') caller.abort();
            if (ends === 'is throttled') throw httpError(429);
            if (ends === 'fails') throw httpError(500);
          };
          await outcomeOf(provider.execute(work, { signal: caller.signal }));
        };
        const all = callers.map(call);
        await scheduler.waitAll();
        await Promise.all(all);
        expect(most).toBeLessThanOrEqual(calls);
        expect(admitted).toBeGreaterThanOrEqual(1);
        // No call holds a permit any more: an undecided circuit lets the next callers try.
        if (circuit.state !== 'half-open') return;
        expect(decided).toBeLessThan(calls);
        expect(snapshot()).toMatchObject({ trial: { inFlight: 0, succeeded: decided, failed: 0 } });
        for (let i = decided; i < calls; i++) await provider.execute(() => 'ok');
        expect(circuit.state).toBe('closed');
      },
    );
    const runs = await fc.check(race, { numRuns: RUNS, includeErrorInReport: true });
    expect(fc.defaultReportMessage(runs)).toBeUndefined();
  });
});
