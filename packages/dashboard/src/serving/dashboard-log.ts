import type { ResilienceParts } from '@breakwater/nestjs/adapter';

/**
 * Tells Nest's log what has failed. Strangers may ask for the page without end, and a snapshot may fail each second:
 * lines of one kind are counted. Silent where the application's log is.
 */
export class DashboardLog {
  private readonly log: ReturnType<ResilienceParts['requestLog']>;

  constructor(parts: ResilienceParts) {
    this.log = parts.requestLog('Dashboard');
  }

  /** Work has failed that `what` names: one of few. */
  failed(what: string, error: unknown): void {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.log.write('error', what, `${what} failed: ${why}`);
  }

  /** `authorize` has failed. Its message may be about the request of a stranger. */
  authorizeFailed(error: unknown): void {
    const why = error instanceof Error ? error.name : 'an error';
    this.log.write('error', 'authorize', `authorize failed, and so allows nothing: ${why}`);
  }
}
