import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { finalize, type Observable, of, tap } from 'rxjs';
import { accountOf } from './account.decorator.js';
import { idempotencyKeyOf } from './idempotency-key.decorator.js';
import { IdempotencyRecords } from './idempotency-records.service.js';

export const REPLAYED_HEADER = 'Idempotent-Replayed';

/**
 * Answers a repeated `Idempotency-Key` with what was answered first, and does the work once.
 * Only successes are kept, so a request that failed can be sent again under its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly records: IdempotencyRecords) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const key = idempotencyKeyOf(request);
    if (key === undefined) return next.handle();

    const claim = this.records.claim(accountOf(request), key, request.body);
    if ('answer' in claim) {
      context.switchToHttp().getResponse<Response>().set(REPLAYED_HEADER, 'true');
      return of(claim.answer);
    }
    return next.handle().pipe(
      tap((answer) => claim.settle(answer)),
      finalize(() => claim.release()),
    );
  }
}
