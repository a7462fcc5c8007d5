import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

const UNITS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `'250ms'`, `'2s'`, `'5m'`, `'1h'`, `'1d'` or a number of milliseconds, as milliseconds. */
export function parseDuration(value: string | number, what: string): number {
  if (typeof value === 'number') {
    if (Number.isFinite(value) && value >= 0) return value;
  } else if (typeof value === 'string') {
    const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(value);
    if (match) return Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 1);
  }
  throw new WebhookConfigurationError(
    `${what} is ${JSON.stringify(value) ?? typeof value}: write a duration such as '30s' or '5m', or a number of milliseconds.`,
  );
}
