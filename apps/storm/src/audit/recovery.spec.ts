import { describe, expect, it } from '@jest/globals';
import { answered, submissionAt } from '../testing/journeys.js';
import { recoveryMs } from './recovery.js';

describe('recoveryMs', () => {
  it('lasts until the last order that was turned away after the return', () => {
    const submissions = [
      submissionAt(900, answered(503)),
      submissionAt(1_100, answered(201)),
      submissionAt(1_400, answered(503)),
      submissionAt(1_500, answered(201)),
    ];

    expect(recoveryMs(submissions, 1_000)).toBe(400);
  });

  it('is nothing when no customer was turned away', () => {
    expect(recoveryMs([submissionAt(1_100, answered(201))], 1_000)).toBe(0);
  });
});
