import { ORDER, type PolicySpec } from '../../engine/policy.js';
import { definePolicy, type PolicyKind } from '../../engine/policy-kind.js';
import { CallPrice } from './call-price.js';
import { RateLimit } from './rate-limit.js';
import { rateLimitSchema } from './rate-limit.options.js';

const standard = definePolicy('rateLimit', rateLimitSchema, ({ price, limit }) => {
  const specs: PolicySpec[] = [];
  // The limit belongs to all methods, and what its calls cost to each.
  if (price.cost !== 1 || price.priority !== 'foreground') {
    specs.push({
      kind: 'rateLimit',
      order: ORDER.rateLimitPrice,
      scope: 'method',
      settings: price,
      create: (environment) => new CallPrice(price, environment),
    });
  }
  specs.push({
    kind: 'rateLimit',
    order: ORDER.rateLimit,
    scope: 'provider',
    settings: limit,
    create: (environment) => new RateLimit(limit, environment),
  });
  return specs;
});

export const rateLimitKind: PolicyKind = { ...standard, perCall: ['cost', 'priority'] };
