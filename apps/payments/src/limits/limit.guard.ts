import { accountOf, ProblemException } from '@breakwater/faults';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Limits, type Standing } from './limits.service.js';

/**
 * Holds a merchant to its limit and tells it where it stands, on refusals and on every other answer:
 * draft-ietf-httpapi-ratelimit-headers, and the older `X-RateLimit-*` with the reset as seconds from now. A silent
 * limit has no header.
 */
@Injectable()
export class LimitGuard implements CanActivate {
  constructor(private readonly limits: Limits) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const standing = this.limits.take(accountOf(http.getRequest<Request>()));
    if (standing === undefined) return true;

    const { admitted, limit } = standing;
    const headers = limit.silent === true ? undefined : headersOf(standing);
    if (headers !== undefined) http.getResponse<Response>().set(headers.always);
    if (admitted) return true;
    throw new ProblemException(429, `over the limit of ${limit.limit} calls per ${limit.perMs} ms`, {
      ...(headers !== undefined && { headers: headers.refused }),
    });
  }
}

function headersOf({ limit, remaining, resetMs }: Standing) {
  const resetSeconds = Math.ceil(resetMs / 1000);
  return {
    always: {
      'RateLimit-Policy': `"default";q=${limit.limit};w=${Math.ceil(limit.perMs / 1000)}`,
      RateLimit: `"default";r=${remaining};t=${resetSeconds}`,
      'X-RateLimit-Limit': String(limit.limit),
      'X-RateLimit-Remaining': String(remaining),
      'X-RateLimit-Reset': String(resetSeconds),
    },
    refused: { 'Retry-After': String(resetSeconds) },
  };
}
