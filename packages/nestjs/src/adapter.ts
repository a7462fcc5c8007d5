/** Shared with our own packages, such as the dashboard. Not for applications; it changes without notice. */
export { contributionsOf } from './operations/contributions.js';
export { ResilienceParts } from './providers/resilience-parts.js';
export { hasLeft } from './inbound/exchange/has-left.js';
export { webhookEvents } from './inbound/webhooks/webhook.telemetry.js';
