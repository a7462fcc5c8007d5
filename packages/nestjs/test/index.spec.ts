import * as core from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import * as nestjs from '../src/index.js';

describe('what an application imports', () => {
  it('has every error of the engine with its guard, and what its own settings and errors ask for', () => {
    const wanted = Object.keys(core).filter((name) => name.endsWith('Error'));
    expect(wanted).toContain('isIdempotencyPayloadError');
    expect(Object.keys(nestjs)).toEqual(
      expect.arrayContaining([...wanted, 'captureStacks', 'MemoryStore', 'SystemClock']),
    );
  });
});
