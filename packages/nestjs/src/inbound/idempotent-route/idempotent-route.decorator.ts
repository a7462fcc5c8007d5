import { applyDecorators, UseFilters, UseInterceptors } from '@nestjs/common';
import { IdempotentRouteInterceptor } from './idempotent-route.interceptor.js';
import { readRouteOptions, type IdempotentRouteOptions } from './idempotent-route.options.js';
import { ReadyAnswerFilter } from './ready-answer.js';
import { setRouteSettings } from './route-settings.js';

/**
 * Handles each request once by its `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header), over every
 * process that shares the store. A repetition gets the status, headers and body of the first answer, with
 * `Idempotent-Replayed: true`. Refused are a missing key with 400, a key that is being handled with 409 and
 * `Retry-After`, one that came with another payload with 422, and all of them with 503 while the store is away.
 *
 * Stands on methods of controllers, or on a controller for all of its methods. Throws a `ResilienceConfigurationError`
 * where the options are wrong.
 */
export function IdempotentRoute(options: IdempotentRouteOptions = {}): MethodDecorator & ClassDecorator {
  const settings = readRouteOptions(options);
  return applyDecorators(
    (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void =>
      setRouteSettings((descriptor?.value as object | undefined) ?? target, settings),
    UseInterceptors(IdempotentRouteInterceptor),
    UseFilters(ReadyAnswerFilter),
  );
}
