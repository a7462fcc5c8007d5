import { noteOutcome } from '@breakwater/core/adapter';

/** The outcome of a word on a job: it says nothing of the provider. */
const UNSAID = Object.freeze({ kind: 'invalid' } as const);

/**
 * Thrown by a processor for a job that makes no sense to try again: it is dead at once, and can be replayed. To the
 * provider's circuit it means what its `cause` does, and without one nothing.
 */
export class SyncJobRejectedError extends Error {
  override readonly name = 'SyncJobRejectedError';

  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    if (options?.cause === undefined) noteOutcome(this, UNSAID);
  }
}

/** A payload, as JSON keeps it, is not what the schema of its job asks for. `issues` names each place. */
export class SyncPayloadError extends TypeError {
  override readonly name = 'SyncPayloadError';

  constructor(
    readonly job: string,
    readonly issues: readonly string[],
  ) {
    super(`the payload of '${job}', as JSON keeps it, is not what its schema asks for: ${issues.join('; ')}`);
  }
}

/** The reason of the signal of a job that ran for longer than its timeout. */
export class SyncJobTimeoutError extends Error {
  override readonly name = 'SyncJobTimeoutError';

  constructor(job: string, afterMs: number) {
    super(`'${job}' took longer than ${afterMs} ms`);
  }
}

/** The reason of the signal of a job that another worker may have by now. */
export class SyncJobLostError extends Error {
  override readonly name = 'SyncJobLostError';

  constructor(job: string) {
    super(`the lease of '${job}' is lost`);
  }
}

/** Why a job was sent back that waited for its turn when its provider was paused. */
export class SyncQueuePausedError extends Error {
  override readonly name = 'SyncQueuePausedError';

  constructor() {
    super('the queue is paused');
  }
}

/** Why a job was sent back that outlasted the grace of a shutdown, or had not begun: also its signal's reason. */
export class SyncQueueClosedError extends Error {
  override readonly name = 'SyncQueueClosedError';

  constructor() {
    super('the queue is closed');
  }
}
