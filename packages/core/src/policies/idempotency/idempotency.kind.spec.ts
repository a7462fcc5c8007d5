import { describe, expect, it } from '@jest/globals';
import type { Wrapper } from '../../engine/policy.js';
import { environmentOf } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { readSettings } from '../../settings/read-settings.js';
import { idempotencyKind } from './idempotency.kind.js';

describe('idempotency as a kind of policy', () => {
  it('has an answer to each of its refusals, which tells a client what to make of it', () => {
    expect(idempotencyKind.refusals).toEqual({
      STORE_UNAVAILABLE: { status: 503, message: 'The request could not be made safely.' },
      IDEMPOTENCY_CONFLICT: {
        status: 409,
        message: 'A request with this idempotency key is under way, or was answered once and for all.',
      },
      IDEMPOTENCY_MISMATCH: { status: 422, message: 'This idempotency key was used for another request.' },
      OUTCOME_UNKNOWN: {
        status: 409,
        message: 'An earlier request with this idempotency key may have been carried out.',
      },
      IDEMPOTENCY_KEY_MISSING: { status: 400, message: 'An idempotency key is required.' },
      IDEMPOTENCY_PAYLOAD: { status: 500, message: 'The request could not be made safely.' },
    });
  });

  it.each([
    ['with a key that is made for each call', {}, true],
    ['not with one that names the operation, as its result is kept', { key: (id: string) => id }, false],
  ])('stands around a method that returns a stream: %s', (_name, options, fits) => {
    const { settings } = readSettings(idempotencyKind.schema, options, '');
    const [spec] = idempotencyKind.specs(settings);
    expect(spec!.fitsStreams).toBe(fits);
    expect((spec!.create(environmentOf(new TestClock())) as Wrapper).keepsOutcomes).toBe(!fits);
  });
});
