import { describe, expect, it } from '@jest/globals';
import { journey } from '../testing/journeys.js';
import { acceptedAtFirst, acceptedAtLast, submissionsWithin } from './submission.js';

describe('journeys', () => {
  it('are accepted at first, in the end, or not at all', () => {
    const journeys = [journey('a', 201), journey('b', 503, 200), journey('c', 503, 429)];

    expect(journeys.map(acceptedAtFirst)).toEqual([true, false, false]);
    expect(journeys.map(acceptedAtLast)).toEqual([true, true, false]);
  });

  it('are cut into what was meant to be sent within a time, its end excluded', () => {
    const times = submissionsWithin([journey('a', 503, 503, 503), journey('b', 503, 201)], 1_000, 2_000);

    expect(times.map(({ plannedAt }) => plannedAt)).toEqual([1_000, 1_000]);
  });
});
