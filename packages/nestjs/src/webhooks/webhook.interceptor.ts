import 'reflect-metadata';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost } from '@nestjs/core';
import type { Observable } from 'rxjs';

/** Has a webhook answered with 200 unless `@HttpCode` or the handler says otherwise: for some senders 201 is no success. */
@Injectable()
export class WebhookInterceptor implements NestInterceptor {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (Reflect.getMetadata(HTTP_CODE_METADATA, context.getHandler()) === undefined) {
      this.adapterHost.httpAdapter.status(context.switchToHttp().getResponse(), 200);
    }
    return next.handle();
  }
}
