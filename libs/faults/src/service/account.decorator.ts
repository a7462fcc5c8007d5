import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from './problem.exception.js';

/** The account a request acts for: a mock service takes any API key, and the key is the account's name. */
export const Account = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  accountOf(context.switchToHttp().getRequest<Request>()),
);

/** Throws the 401 when there is no usable `Authorization: Bearer <api key>`. */
export function accountOf(request: Request): string {
  const account = bearerOf(request);
  if (account !== undefined) return account;
  throw new ProblemException(401, 'Authorization: Bearer <api key> is required', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** The API key as sent, RFC 6750 §2.1. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +([\w.~+/=-]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
}
