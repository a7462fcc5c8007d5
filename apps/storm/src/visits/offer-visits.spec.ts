import { describe, expect, it } from '@jest/globals';
import { JumpingClock } from '../testing/jumping-clock.js';
import { offerVisits } from './offer-visits.js';

describe('offerVisits', () => {
  it('lets visitors arrive at the rate, and waits for none of them', async () => {
    const clock = new JumpingClock();
    const arrivals: number[] = [];
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const visit = async (index: number) => {
      arrivals.push(clock.now());
      if (index === 3) open();
      await opened;
      return index;
    };
    const seen = await offerVisits({ count: 4, rate: 10 }, { clock, signal: new AbortController().signal, visit });
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(arrivals.map((at) => at - arrivals[0]!)).toEqual([0, 100, 200, 300]);
  });
});
