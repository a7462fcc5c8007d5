import { IdempotencyConflictError } from '@breakwater/core';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { hasLeft } from '../exchange/has-left.js';
import { holdAnswer } from '../exchange/hold-answer.js';
import type { RequestLog } from '../../operations/logging/request-log.js';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { idempotentRequestOf, setIdempotentRequest, type IdempotentRequest } from './idempotent-request.decorator.js';
import type { IdempotentRouteSettings } from './idempotent-route.options.js';
import { inboundExchange, type InboundExchange } from './inbound-exchange.js';
import { identifiedRequest, type IdentifiedRequest } from './keyed-request.js';
import { ReadyAnswer } from './ready-answer.js';
import { RouteLedger } from './route-ledger.js';
import { settleRoute, type HandledRequest } from './settle-route.js';
import { writtenRecord } from './route-record.js';
import { routeSettingsOf } from './route-settings.js';

/** How long a handler may go on after its client hung up, in milliseconds. Nothing tells when it never answers. */
const LONGEST_UNHEARD_MS = 3_600_000;

/** Handles each request of a route once by its key, and answers its repetitions. */
@Injectable()
export class IdempotentRouteInterceptor implements NestInterceptor {
  private readonly ledgers = new WeakMap<IdempotentRouteSettings, RouteLedger>();

  private readonly log: RequestLog;

  constructor(@Inject(ResilienceParts) private readonly parts: ResilienceParts) {
    this.log = parts.requestLog('IdempotentRoute');
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') throw new TypeError('@IdempotentRoute: its requests come over HTTP');
    const exchange = inboundExchange(context);
    const settings = routeSettingsOf(context);
    // The class and its method may both be decorated.
    if (settings === undefined || idempotentRequestOf(exchange.raw) !== undefined) return next.handle();
    const request = identifiedRequest(exchange, settings);
    if (request === undefined) return next.handle();
    const admission = await this.ledgerOf(settings).admit(request);
    if ('answer' in admission) throw new ReadyAnswer(admission.answer);
    const handled = { ...admission, request, settings, log: this.log };
    setIdempotentRequest(exchange.raw, requestFor(handled, request, exchange));
    const { claim } = handled;
    holdAnswer(exchange, {
      longestBody: settings.maxBytes,
      settle: (answer) => settleRoute(handled, answer),
      hungUp: (status) => {
        // An answer that was on its way tells its outcome; otherwise the handler is at work, and will answer.
        if (status === undefined) claim.abandonIn(LONGEST_UNHEARD_MS);
        else void settleRoute(handled, { status, headers: {}, body: undefined, isTooLong: true });
      },
    });
    return next.handle().pipe(
      finalize(() => {
        if (hasLeft(exchange.rawResponse)) claim.abandonAfterLease();
      }),
    );
  }

  private ledgerOf(settings: IdempotentRouteSettings): RouteLedger {
    let ledger = this.ledgers.get(settings);
    if (ledger === undefined) {
      const { store, clock } = this.parts;
      this.ledgers.set(settings, (ledger = new RouteLedger(store, clock, settings)));
    }
    return ledger;
  }
}

function requestFor(
  { claim, attempt }: HandledRequest,
  { key, fingerprint, info }: IdentifiedRequest,
  { response }: InboundExchange,
): IdempotentRequest {
  return {
    key,
    attempt,
    settle: (transaction, { status = response.statusCode, body } = {}) => {
      const answer = { status, ...contentOf(body) };
      const record = writtenRecord({ fingerprint, attempt, state: 'answered', answer });
      return claim.replaceWithin(transaction, record, () => new IdempotencyConflictError(info));
    },
  };
}

function contentOf(body: unknown): { readonly headers: Record<string, string>; readonly body?: Buffer } {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string')
    return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(body) };
  return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: Buffer.from(JSON.stringify(body)) };
}
