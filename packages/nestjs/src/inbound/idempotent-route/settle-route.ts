import type { RequestLog } from '../../operations/logging/request-log.js';
import type { HeldAnswer } from '../exchange/hold-answer.js';
import type { Settlement } from '../exchange/store-claim.js';
import type { IdempotentRouteSettings } from './idempotent-route.options.js';
import type { KeyedRequest, RouteClaim } from './route-ledger.js';
import { storedAnswer, writtenRecord } from './route-record.js';

/** Refusals that are decisions about the request itself, and would be the same again. */
const DECISIONS = new Set([402, 404, 410, 422]);
/** The service says that it did nothing. */
const NOT_DONE = 503;

/** A request that is being handled. */
export interface HandledRequest extends RouteClaim {
  readonly request: KeyedRequest;
  readonly settings: IdempotentRouteSettings;
  readonly log: RequestLog;
}

/**
 * Takes note of how a request was answered: it is kept for its repetitions, frees the key for another try, or leaves
 * open whether the request has had its effect. Never throws: the handler has done its work.
 */
export async function settleRoute(handled: HandledRequest, answer: HeldAnswer): Promise<void> {
  const { operation = '@IdempotentRoute' } = handled.request.info;
  const { log } = handled;
  try {
    if ((await settled(handled, answer)) === 'settled') return;
    log.write(
      'warn',
      `${operation} lease`,
      `${operation} took longer than its lease, so a repetition of the request may have been handled as well: raise lease`,
    );
  } catch (error) {
    const why = String(error);
    log.write('error', operation, `${operation}: its answer could not be kept for repetitions of the request: ${why}`);
  }
}

function settled(handled: HandledRequest, answer: HeldAnswer): Promise<Settlement> {
  const { claim, attempt, request, settings } = handled;
  const { fingerprint } = request;
  const { status } = answer;
  if ((settings.keeps ?? isKept)(status)) {
    const record = answer.isTooLong
      ? ({ state: 'unkept' } as const)
      : ({ state: 'answered', answer: storedAnswer(answer, settings.headers) } as const);
    return claim.replace(writtenRecord({ fingerprint, attempt, ...record }));
  }
  const isDoubtful = attempt > 1 || (status >= 500 && status !== NOT_DONE);
  return isDoubtful ? claim.replaceUnlessDone(writtenRecord({ fingerprint, attempt, state: 'unknown' })) : claim.free();
}

function isKept(status: number): boolean {
  return (status >= 200 && status < 400) || DECISIONS.has(status);
}
