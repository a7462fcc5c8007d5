import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { withinTime } from './within-time.js';

describe('withinTime', () => {
  /** Fails in so many tries, each after a while. Returns how often it was tried, and how that ended. */
  async function tried(ms: number, failures: number, tookMs: number): Promise<[number, string]> {
    let tries = 0;
    const attempt = async () => {
      tries++;
      await sleep(tookMs);
      if (tries <= failures) throw new Error('failed');
    };
    const end = await withinTime(ms, attempt).then(() => 'passed', String);
    return [tries, end];
  }

  it('tries once what passes, however long it takes', async () => {
    expect(await tried(5, 0, 10)).toEqual([1, 'passed']);
  });

  it('tries once what fails in time', async () => {
    expect(await tried(60_000, 1, 0)).toEqual([1, 'Error: failed']);
  });

  it('tries again what fails after its time, as on a machine under load, and not for ever', async () => {
    expect(await tried(5, 2, 10)).toEqual([3, 'passed']);
    expect(await tried(5, Infinity, 10)).toEqual([5, 'Error: failed']);
  });
});
