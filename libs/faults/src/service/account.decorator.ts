import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from './problem.exception.js';

/**
 * The account a request acts for. A mock service takes any API key: it is the account's name, and may have a part after
 * a dot, so that an account can have several.
 */
export const Account = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  accountOf(context.switchToHttp().getRequest<Request>()),
);

/** Throws the 401 when there is no usable `Authorization: Bearer <api key>`. */
export function accountOf(request: Request): string {
  const account = claimedAccount(request);
  if (account !== undefined) return account;
  throw unauthorized('Authorization: Bearer <api key> is required');
}

/** The account that the API key names; `undefined` where there is none. */
export function claimedAccount(request: Request): string | undefined {
  return bearerOf(request)?.split('.', 1)[0];
}

/** The API key as sent, RFC 6750 §2.1. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +([\w~+/=-][\w.~+/=-]{0,199})$/i.exec(request.headers.authorization ?? '')?.[1];
}

export function unauthorized(detail: string): ProblemException {
  return new ProblemException(401, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
