import { describe, expect, it } from '@jest/globals';
import { leftBy, LONGEST_MS, NOISE_BYTES } from './left-by.fixture.js';

describe('the engine leaves nothing behind', () => {
  it.each([
    'calls with one signal',
    'failing calls with one signal',
    'calls that read their signal',
    'aborted calls',
    'calls of ever new keys',
  ])(
    'after %s: no listener, no timer that holds the process, and a flat heap',
    async (use) => {
      const { bytes, timers, listeners } = await leftBy(use, 15_000);
      expect({ timers, listeners }).toEqual({ timers: 0, listeners: 0 });
      expect(bytes).toBeLessThan(NOISE_BYTES);
    },
    LONGEST_MS,
  );
});
