import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ProblemException } from './problem.exception.js';

/** The request's `Idempotency-Key`, where it has one. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  idempotencyKeyOf(context.switchToHttp().getRequest<Request>()),
);

export function idempotencyKeyOf(request: Request): string | undefined {
  const keys = request.headersDistinct['idempotency-key'];
  if (keys === undefined) return undefined;
  const [key = ''] = keys;
  if (keys.length === 1 && key.length >= 1 && key.length <= 255) return key;
  throw new ProblemException(400, 'the request is malformed', {
    faults: ['Idempotency-Key must be one header of 1 to 255 characters'],
  });
}
