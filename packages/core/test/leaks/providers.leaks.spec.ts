import { describe, expect, it } from '@jest/globals';
import { leftBy, LONGEST_MS, NOISE_BYTES } from './left-by.fixture.js';

describe('a provider that is dropped', () => {
  it(
    'leaves no listener, no timer that holds the process, and a flat heap',
    async () => {
      const { bytes, timers, listeners } = await leftBy('dropped providers', 5000);
      expect({ timers, listeners }).toEqual({ timers: 0, listeners: 0 });
      expect(bytes).toBeLessThan(NOISE_BYTES);
    },
    LONGEST_MS,
  );
});
