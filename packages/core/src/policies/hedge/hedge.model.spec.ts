import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Call } from '../../engine/call.js';
import { createProvider } from '../../provider/create-provider.js';
import { httpError, networkError, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { TestClock } from '../../testing/test-clock.js';
import { isHedgeLostError } from './hedge-lost.error.js';

const ENDS = ['ok', 'ok', 'unknown', 'not sent', 'permanent', 'throttled'] as const;

/** The behaviour of one attempt. */
interface Script {
  readonly takesMs: number;
  readonly end: (typeof ENDS)[number];
  readonly obeysSignal: boolean;
}

interface Story {
  readonly delay: number;
  readonly attempts: number;
  readonly slots: number;
  readonly budget: number;
  readonly scripts: readonly Script[];
  readonly abortAt: number | undefined;
}

/** Times have fractions that are never the same, so that nothing happens at once. */
const fraction = (i: number) => 2 ** -(i + 2);

const STORY: fc.Arbitrary<Story> = fc.record({
  delay: fc.integer({ min: 1, max: 60 }),
  attempts: fc.integer({ min: 2, max: 4 }),
  slots: fc.integer({ min: 1, max: 5 }),
  budget: fc.integer({ min: 0, max: 4 }),
  scripts: fc
    .array(
      fc.record({
        takesMs: fc.integer({ min: 0, max: 200 }),
        end: fc.constantFrom(...ENDS),
        obeysSignal: fc.boolean(),
      }),
      { minLength: 4, maxLength: 4 },
    )
    .map((scripts) => scripts.map((script, i) => ({ ...script, takesMs: script.takesMs + fraction(i) }))),
  abortAt: fc.option(
    fc.integer({ min: 0, max: 200 }).map((ms) => ms + 0.5),
    { nil: undefined },
  ),
});

interface Ending {
  readonly sentAt: readonly number[];
  readonly at: number;
  /** The attempt whose result it is; `'left'` when the caller aborted. */
  readonly by: number | 'left';
  /** Who was under way then. */
  readonly givenUp: readonly number[];
}

/** The expected course, written to be read. */
function expectedOf({ delay, attempts, slots, budget, scripts, abortAt = Infinity }: Story): Ending {
  const sentAt: number[] = [];
  let underWay: number[] = [];
  let paid = 0;
  let tries = 1;
  let mayHedge = true;
  let due = Infinity;
  let surfacing: number | undefined;
  const endOf = (i: number) => sentAt[i]! + scripts[i]!.takesMs;
  const send = (at: number) => {
    due = ++tries <= attempts ? at + delay : Infinity;
    // Who is refused by the bulkhead is not seen by the provider, and is the last one.
    if (underWay.length >= slots) return void (mayHedge = false);
    sentAt.push(at);
    underWay.push(sentAt.length - 1);
  };
  const hedge = (at: number) => {
    due = Infinity;
    if (!mayHedge || tries > attempts) return;
    if (paid++ < budget) send(at);
    else mayHedge = false;
  };
  send(0);
  for (;;) {
    const next = underWay.reduce((first, i) => (endOf(i) < endOf(first) ? i : first));
    const at = Math.min(endOf(next), mayHedge ? due : Infinity, abortAt);
    if (at === abortAt) return { sentAt, at, by: 'left', givenUp: underWay };
    if (at !== endOf(next)) {
      hedge(at);
      continue;
    }
    underWay = underWay.filter((i) => i !== next);
    const { end } = scripts[next]!;
    if (end === 'ok' || end === 'permanent') return { sentAt, at, by: next, givenUp: underWay };
    if (surfacing === undefined || end === 'unknown' || scripts[surfacing]!.end !== 'unknown') surfacing = next;
    if (end === 'throttled') mayHedge = false;
    hedge(at);
    if (underWay.length === 0) return { sentAt, at, by: surfacing, givenUp: [] };
  }
}

const RESULTS = {
  ok: (i: number) => ({ value: i }),
  unknown: () => httpError(500),
  'not sent': () => networkError('ECONNREFUSED'),
  permanent: () => httpError(404),
  throttled: () => httpError(429),
};

async function play(story: Story): Promise<void> {
  const expected = expectedOf(story);
  const { delay, attempts, slots, budget, scripts, abortAt } = story;
  const clock = new TestClock();
  const provider = createProvider(
    'payments',
    {
      hedge: { delay, attempts },
      bulkhead: { concurrency: slots },
      retry: { attempts: 1, budget: { ratio: 0, minPerSecond: budget } },
    },
    { clock },
  );
  const results = scripts.map(({ end }, i) => RESULTS[end](i));
  const calls: Call[] = [];
  const sentAt: number[] = [];
  let endedAt: number | undefined;
  let most = 0;
  let underWay = 0;
  const caller = new AbortController();
  const work = async (call: Call) => {
    const i = calls.push(call) - 1;
    sentAt.push(clock.now());
    most = Math.max(most, ++underWay);
    const { takesMs, obeysSignal } = scripts[i]!;
    try {
      await clock.sleep(takesMs, obeysSignal ? call.signal : undefined);
      if (results[i] instanceof Error) throw results[i];
      return results[i];
    } finally {
      underWay--;
    }
  };
  const operation = provider.execute(work, { signal: caller.signal });
  const ended = () => void (endedAt = clock.now());
  operation.then(ended, ended);
  const result = watch(operation);
  if (abortAt !== undefined) clock.schedule(abortAt, () => caller.abort('left'));
  await clock.advance('1h');

  expect({ sentAt, at: endedAt }).toEqual({ sentAt: expected.sentAt, at: expected.at });
  expect(result.error ?? result.value).toBe(expected.by === 'left' ? 'left' : results[expected.by]);
  expect(most).toBeLessThanOrEqual(Math.min(attempts, slots));
  expect(calls.flatMap(({ signal }, i) => (signal.aborted ? [i] : []))).toEqual(expected.givenUp);
  const reasons = expected.givenUp.map((i) => calls[i]!.signal.reason as unknown);
  const why = reasons.map((reason) => (isHedgeLostError(reason) ? 'lost' : reason));
  expect(why).toEqual(reasons.map(() => (expected.by === 'left' ? 'left' : 'lost')));
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  expect(clock.pendingTimers('referenced')).toBe(0);
  const { policies } = provider.snapshot();
  expect(policies.find(({ kind }) => kind === 'bulkhead')).toMatchObject({ active: 0, abandoned: 0, queued: 0 });
}

describe('hedge, against a model,', () => {
  // The runner fails a test that leaves a rejection unhandled.
  it('gives the first answer, never sends more than it may, gives every loser up and leaves nothing behind', async () => {
    await fc.assert(fc.asyncProperty(STORY, play), { numRuns: modelRuns(300) });
  });
});
