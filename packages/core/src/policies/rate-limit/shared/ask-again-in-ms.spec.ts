import { describe, expect, it } from '@jest/globals';
import { askAgainInMs, type Asking } from './ask-again-in-ms.js';

const BUCKET = { refills: true, ratePerMs: 0.1, grainMs: 10, slackMs: 1000 };
const WINDOW = { refills: false, ratePerMs: 0.1, grainMs: 8, slackMs: Infinity };

/** The soonest and the latest that a host asks again, by what is drawn at random. */
function range(rule: Asking['rule'], hosts: number, retryAfterMs: number) {
  return [0, 1].map((drawn) => askAgainInMs({ rule, hosts: () => hosts, random: () => drawn }, retryAfterMs));
}

describe('a host whose quota is spent', () => {
  it('asks when the store has said that there are tokens, if it is the only one', () => {
    expect(range(BUCKET, 1, 30)).toEqual([30, 30]);
    expect(range(WINDOW, 1, 30)).toEqual([30, 30]);
  });

  it.each([
    ['four times for a token, all hosts together', BUCKET, 2, [5, 10]],
    ['four times for a token where it is alone', BUCKET, 1, [2.5, 5]],
    ['every 200 ms or two where tokens are rare', { ...BUCKET, ratePerMs: 0.001, grainMs: 1000 }, 4, [200, 400]],
    ['before the bucket is full, even if that is now', { ...BUCKET, slackMs: 0 }, 2, [0, 1.25]],
    ['before the bucket is full, even if that is soon', { ...BUCKET, slackMs: 3 }, 2, [3, 6]],
    ['not before the store has forgotten anything of a window', WINDOW, 2, [8, 13]],
    ['four times for a token of a window that many draw from', WINDOW, 40, [100, 108]],
    ['once for each slice of a long window', { ...WINDOW, ratePerMs: 0.025, grainMs: 480 }, 2, [480, 540]],
    [
      'within 200 ms of each slice of a window of hours',
      { ...WINDOW, ratePerMs: 0.025, grainMs: 2000 },
      2,
      [2000, 2200],
    ],
  ])('looks %s, where it is not known when there are tokens', (_how, rule, hosts, expected) => {
    expect(range(rule, hosts, 0)).toEqual(expected);
  });

  it('asks after the moment that the store has said, and not at the same one as the others', () => {
    expect(range(BUCKET, 2, 30)).toEqual([30, 35]);
    expect(range(WINDOW, 40, 300)).toEqual([300, 308]);
    expect(range({ ...BUCKET, slackMs: 0 }, 2, 30)).toEqual([30, 31.25]);
  });
});
