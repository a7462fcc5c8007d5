import { ResilienceError, type ResilienceErrorInfo } from '@breakwater/core';

/** A genuine webhook that another copy of it came before: it is being handled, or has been. */
export class WebhookDuplicateError extends ResilienceError {
  readonly code: 'WEBHOOK_IN_PROGRESS' | 'WEBHOOK_DUPLICATE';

  constructor(
    /** Whether the first is still being handled (503, the sender comes again), or has been (409). */
    readonly state: 'in-progress' | 'done',
    info: ResilienceErrorInfo,
  ) {
    super(`${info.provider}: this webhook ${state === 'done' ? 'has been' : 'is being'} handled`, info);
    this.code = state === 'done' ? 'WEBHOOK_DUPLICATE' : 'WEBHOOK_IN_PROGRESS';
  }

  override get statusCode(): number {
    return this.state === 'done' ? 409 : 503;
  }
}
