import { describe, expect, it } from '@jest/globals';
import { answered } from '../testing/journeys.js';
import { JumpingClock } from '../testing/jumping-clock.js';
import { placeOrder } from './customer.js';
import { makeOrders, type Order } from './order.js';
import type { Answer, Journey } from './submission.js';

const PATIENCE = { submissions: 3, pauseMs: 500, longestPauseMs: 2_000, spreadMs: 100 };
const [order] = makeOrders('o', 1) as [Order];

async function place(answers: readonly Answer[], { tookMs = 20, random = 0 } = {}) {
  const clock = new JumpingClock();
  const submitted: string[] = [];
  const journey: Journey = await placeOrder(order, clock.now(), {
    clock,
    patience: PATIENCE,
    random: () => random,
    signal: new AbortController().signal,
    async submit({ id }) {
      clock.pass(tookMs);
      submitted.push(id);
      return answers[submitted.length - 1] as Answer;
    },
  });
  return { journey, submitted, pauses: clock.sleeps };
}

describe('a customer', () => {
  it('leaves when the order is accepted', async () => {
    const { journey, pauses } = await place([answered(201)]);

    expect(journey).toEqual({
      orderId: 'o-00001',
      submissions: [{ plannedAt: 1_000, sentAt: 1_000, endedAt: 1_020, answer: answered(201) }],
    });
    expect(pauses).toEqual([]);
  });

  it.each([
    ['a server error', answered(500)],
    ['a 429', answered(429)],
    ['a 409', answered(409)],
    ['a broken connection', { kind: 'unanswered', why: 'socket hang up' } as const],
  ])('submits the same order again after %s', async (_what, failure) => {
    const { submitted, pauses } = await place([failure, answered(200)]);

    expect(submitted).toEqual(['o-00001', 'o-00001']);
    expect(pauses).toEqual([500]);
  });

  it('comes back when the answer says, but waits no longer than patience allows', async () => {
    const { pauses } = await place([
      answered(503, { retryAfterMs: 1_000 }),
      answered(503, { retryAfterMs: 60_000 }),
      answered(201),
    ]);

    expect(pauses).toEqual([1_000, 2_000]);
  });

  it('comes back a little later than others who were told the same', async () => {
    const { pauses } = await place([answered(503, { retryAfterMs: 1_000 }), answered(201)], { random: 0.5 });

    expect(pauses).toEqual([1_050]);
  });

  it('plans each submission anew, so that a pause does not count as latency', async () => {
    const { journey } = await place([answered(500), answered(201)]);

    expect(journey.submissions.map(({ plannedAt, endedAt }) => endedAt - plannedAt)).toEqual([20, 20]);
  });

  it('leaves when patience has run out', async () => {
    const { submitted } = await place([answered(500), answered(500), answered(500), answered(201)]);

    expect(submitted).toHaveLength(3);
  });

  it('does not submit again what was refused for what it says', async () => {
    const { submitted } = await place([answered(400), answered(201)]);

    expect(submitted).toHaveLength(1);
  });
});
