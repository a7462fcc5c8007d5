import { describe, expect, it } from '@jest/globals';
import { leftBy, NOISE_BYTES } from './left-by.fixture.js';

describe('the search for leaks', () => {
  it('finds one small object for each repetition', async () => {
    const { bytes } = await leftBy('a planted object', 15_000);
    expect(bytes).toBeGreaterThan(2 * NOISE_BYTES);
  });

  it('finds a listener', async () => {
    const { bytes, listeners } = await leftBy('a planted listener', 3000);
    expect(listeners).toBe(12_000);
    expect(bytes).toBeGreaterThan(NOISE_BYTES);
  });

  it('finds a timer', async () => {
    const { timers } = await leftBy('a planted timer', 10);
    expect(timers).toBe(40);
  });
});
