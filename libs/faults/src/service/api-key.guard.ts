import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { accountOf, bearerOf, unauthorized } from './account.decorator.js';
import { ApiKeys } from './api-keys.service.js';

/** Refuses a request without an API key, or with one that was revoked, before anything else looks at it. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@Inject(ApiKeys) private readonly keys: ApiKeys) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (this.keys.isAccepted(accountOf(request), bearerOf(request)!)) return true;
    throw unauthorized('this API key was revoked');
  }
}
