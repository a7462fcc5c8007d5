import { LONGEST_DELAY_MS } from '../time/clock.js';
import { headerOf } from './headers.js';
import type { QuotaObservation } from './rate-limit-headers.js';

/** The quotas that single vendors announce in headers of a form of their own. */
export function vendorQuotas(headers: unknown): QuotaObservation[] {
  return [shopify(headers), hubSpot(headers), meta(headers)].filter((quota) => quota !== undefined);
}

/** The slowest of Shopify's plans lets one more call through every half second. */
const SHOPIFY_LEAK_MS = 500;

/** `X-Shopify-Shop-Api-Call-Limit: 32/40`: used and size of a bucket that leaks. */
function shopify(headers: unknown): QuotaObservation | undefined {
  const match = /^(\d+)\/(\d+)$/.exec(headerOf(headers, 'x-shopify-shop-api-call-limit') ?? '');
  if (match === null) return undefined;
  const limit = Number(match[2]);
  return { name: 'shopify', remaining: Math.max(0, limit - Number(match[1])), limit, resetMs: SHOPIFY_LEAK_MS };
}

/** `X-HubSpot-RateLimit-Remaining` of `-Max` in `-Interval-Milliseconds`. When the interval began is not said: at worst now. */
function hubSpot(headers: unknown): QuotaObservation | undefined {
  const part = (name: string) => wholeNumber(headerOf(headers, `x-hubspot-ratelimit-${name}`));
  const remaining = part('remaining');
  const intervalMs = part('interval-milliseconds');
  if (remaining === undefined || intervalMs === undefined) return undefined;
  return { name: 'hubspot', remaining, limit: part('max'), resetMs: Math.min(intervalMs, LONGEST_DELAY_MS) };
}

/** `X-Business-Use-Case-Usage`: JSON by business, with the minutes until access is regained; 0 while there is access. */
function meta(headers: unknown): QuotaObservation | undefined {
  const header = headerOf(headers, 'x-business-use-case-usage');
  const minutes = Math.max(
    0,
    ...[...(header ?? '').matchAll(/"estimated_time_to_regain_access":\s*(\d{1,6})/g)].map(([, number]) =>
      Number(number),
    ),
  );
  return minutes === 0
    ? undefined
    : { name: 'meta', remaining: 0, resetMs: Math.min(minutes * 60_000, LONGEST_DELAY_MS) };
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
