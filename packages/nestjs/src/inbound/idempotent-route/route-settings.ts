import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import type { IdempotentRouteSettings } from './idempotent-route.options.js';

const SETTINGS = Symbol('breakwater.idempotent-route');

export function setRouteSettings(on: object, settings: IdempotentRouteSettings): void {
  Reflect.defineMetadata(SETTINGS, settings, on);
}

/** The settings of the handler, or of its class. */
export function routeSettingsOf(context: ExecutionContext): IdempotentRouteSettings | undefined {
  return (Reflect.getMetadata(SETTINGS, context.getHandler()) ?? Reflect.getMetadata(SETTINGS, context.getClass())) as
    IdempotentRouteSettings | undefined;
}
