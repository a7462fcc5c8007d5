import 'reflect-metadata';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { webhookEventsOf } from './events/webhook-events.js';
import { providerOfGuard } from './webhook.guard.js';

/** A place that receives webhooks: a method, or a class with all of its methods. */
export interface WebhookUse {
  readonly provider: string;
  /** For example `'PaymentsWebhooks.receive'`. */
  readonly where: string;
  /** Whether it receives some events alone. */
  readonly choosesEvents?: boolean;
}

/** Where a class receives webhooks, inherited methods included. */
export function webhookUses(target: object): readonly WebhookUse[] {
  if (typeof target !== 'function') return [];
  const { name } = target;
  const ofMethods = [...methodsOf(target)].flatMap(([method, handler]) =>
    guardedBy(handler).map((provider) => ({
      provider,
      where: `${name}.${method}`,
      ...(webhookEventsOf(handler) !== undefined && { choosesEvents: true }),
    })),
  );
  return [...guardedBy(target).map((provider) => ({ provider, where: name })), ...ofMethods];
}

/** The handlers of a class that receive webhooks. */
export function webhookHandlers(target: object): readonly object[] {
  const whole = guardedBy(target).length > 0;
  return [...methodsOf(target).values()].filter((handler) => whole || guardedBy(handler).length > 0);
}

function guardedBy(target: object): string[] {
  const guards = (Reflect.getMetadata(GUARDS_METADATA, target) ?? []) as readonly unknown[];
  return guards.map(providerOfGuard).filter((provider) => provider !== undefined);
}

/** A class's methods by name; an override hides what it overrides. */
function methodsOf(target: object): Map<string, object> {
  const methods = new Map<string, object>();
  let at = (target as { prototype?: object }).prototype ?? null;
  for (; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name)) methods.set(name, value);
    }
  }
  return methods;
}
