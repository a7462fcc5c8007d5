import { definePolicy } from '../../engine/policy-kind.js';
import { Idempotency } from './idempotency.js';
import { idempotencySchema } from './idempotency.options.js';
import { idempotencyEvents } from './idempotency.telemetry.js';

export const idempotencyKind = definePolicy({
  kind: 'idempotency',
  scope: 'method',
  schema: idempotencySchema,
  events: idempotencyEvents,
  policy: Idempotency,
  // Without a key that names the operation nothing is kept.
  fitsStreams: ({ key }) => key === undefined,
  refusals: {
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
  },
});
