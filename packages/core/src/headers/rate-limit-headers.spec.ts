import { describe, expect, it } from '@jest/globals';
import { quotasOf } from './rate-limit-headers.js';

const NOW = Date.UTC(2026, 0, 1);
const DATE = new Date(NOW).toUTCString();
const AT_41 = String(NOW / 1000 + 41);

describe('rate limit headers', () => {
  it.each([
    [
      'IETF, current',
      { 'RateLimit-Policy': '"burst";q=100;w=60', RateLimit: '"burst";r=50;t=30' },
      [{ name: 'burst', remaining: 50, limit: 100, resetMs: 30_000 }],
    ],
    [
      'IETF, several quotas and a partition key',
      {
        'ratelimit-policy': '"burst";q=100;w=60,"daily";q=1000;w=86400',
        ratelimit: '"burst";r=0;t=9;pk=:c2VjcmV0:, "daily";r=900;t=80000',
      },
      [
        { name: 'burst', remaining: 0, limit: 100, resetMs: 9000 },
        { name: 'daily', remaining: 900, limit: 1000, resetMs: 80_000_000 },
      ],
    ],
    [
      'IETF, without a time',
      { ratelimit: '"default";r=5' },
      [{ name: 'default', remaining: 5, limit: undefined, resetMs: undefined }],
    ],
    [
      'IETF, without a time, but with a window: it is over by then',
      { ratelimit: '"default";r=0, "short";r=0;t=0', 'ratelimit-policy': '"default";q=100;w=60, "short";q=5;w=9' },
      [
        { name: 'default', remaining: 0, limit: 100, resetMs: 60_000 },
        { name: 'short', remaining: 0, limit: 5, resetMs: 0 },
      ],
    ],
    [
      'IETF, quotas in units of their own',
      {
        ratelimit: '"calls";r=5;t=9, "bytes";r=700;t=9',
        'ratelimit-policy': '"calls";q=10;qu="request", "bytes";q=1000;qu="content-bytes"',
      },
      [
        { name: 'calls', remaining: 5, limit: 10, unit: 'requests', resetMs: 9000 },
        { name: 'bytes', remaining: 700, limit: 1000, unit: undefined, resetMs: 9000 },
      ],
    ],
    [
      'IETF, seconds since the epoch nevertheless',
      { ratelimit: `"default";r=0;t=${AT_41}` },
      [{ name: 'default', remaining: 0, limit: undefined, resetMs: 41_000 }],
    ],
    [
      'IETF, in many years: clamped',
      { ratelimit: '"default";r=0;t=999999999999999' },
      [{ name: 'default', remaining: 0, limit: undefined, resetMs: 2_147_483_647 }],
    ],
    [
      'IETF draft 7, seconds since the epoch nevertheless',
      { ratelimit: `limit=10, remaining=0, reset=${AT_41}` },
      [{ name: 'ratelimit', remaining: 0, limit: 10, resetMs: 41_000 }],
    ],
    [
      'IETF draft 7',
      { ratelimit: 'limit=100, remaining=50, reset=30' },
      [{ name: 'ratelimit', remaining: 50, limit: 100, resetMs: 30_000 }],
    ],
    [
      'IETF draft 6, Zendesk: seconds from now',
      {
        'RateLimit-Limit': '700',
        'RateLimit-Remaining': '699',
        'RateLimit-Reset': '41',
        'RateLimit-Policy': '300;w=5;burst=330',
      },
      [{ name: 'ratelimit', remaining: 699, limit: 700, resetMs: 41_000 }],
    ],
    [
      'a limit with parameters',
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '5' },
      [{ name: 'ratelimit', remaining: 7, limit: 100, resetMs: 5000 }],
    ],
    [
      'Twitch: the same names, seconds since the epoch',
      { 'ratelimit-limit': '800', 'ratelimit-remaining': '799', 'ratelimit-reset': AT_41 },
      [{ name: 'ratelimit', remaining: 799, limit: 800, resetMs: 41_000 }],
    ],
    [
      'GitHub',
      {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-used': '5000',
        'x-ratelimit-reset': AT_41,
        'x-ratelimit-resource': 'core',
      },
      [{ name: 'ratelimit', remaining: 0, limit: 5000, resetMs: 41_000 }],
    ],
    [
      'X',
      { 'x-rate-limit-limit': '15', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': AT_41 },
      [{ name: 'ratelimit', remaining: 3, limit: 15, resetMs: 41_000 }],
    ],
    [
      'Discord: seconds with decimals, preferred to the epoch',
      {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': AT_41,
        'x-ratelimit-reset-after': '0.47',
        'x-ratelimit-bucket': 'abcd',
      },
      [{ name: 'ratelimit', remaining: 0, limit: 5, resetMs: 470 }],
    ],
    [
      'seconds for which no timer is long enough: clamped',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '99999999999999999' },
      [{ name: 'ratelimit', remaining: 0, limit: undefined, resetMs: 2_147_483_647 }],
    ],
    [
      'Brave: the first of several windows',
      { 'x-ratelimit-limit': '1, 15000', 'x-ratelimit-remaining': '0, 900', 'x-ratelimit-reset': '1, 1419704' },
      [{ name: 'ratelimit', remaining: 0, limit: 1, resetMs: 1000 }],
    ],
    [
      'headers that were sent twice',
      { 'x-ratelimit-remaining': ['0', '0'], 'x-ratelimit-reset': ['30', '30'] },
      [{ name: 'ratelimit', remaining: 0, limit: undefined, resetMs: 30_000 }],
    ],
    [
      'OpenAI: Go durations, by suffix',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '12ms',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [
        { name: 'requests', remaining: 59, limit: 60, unit: 'requests', resetMs: 12 },
        { name: 'tokens', remaining: 0, limit: 150_000, resetMs: 360_000 },
      ],
    ],
    [
      'Anthropic: dates',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:41Z',
        'anthropic-ratelimit-input-tokens-limit': '40000',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:01:00Z',
      },
      [
        { name: 'anthropic-ratelimit-requests', remaining: 49, limit: 50, unit: 'requests', resetMs: 41_000 },
        { name: 'anthropic-ratelimit-input-tokens', remaining: 0, limit: 40_000, resetMs: 60_000 },
      ],
    ],
    [
      'Linear: milliseconds since the epoch',
      {
        'X-RateLimit-Requests-Limit': '1500',
        'X-RateLimit-Requests-Remaining': '1499',
        'X-RateLimit-Requests-Reset': String(NOW + 41_000),
        'X-RateLimit-Complexity-Remaining': '0',
        'X-RateLimit-Complexity-Reset': String(NOW + 500),
      },
      [
        { name: 'x-ratelimit-requests', remaining: 1499, limit: 1500, unit: 'requests', resetMs: 41_000 },
        { name: 'x-ratelimit-complexity', remaining: 0, limit: undefined, resetMs: 500 },
      ],
    ],
    [
      'RapidAPI: seconds from now, as many as 25 days of them, clamped',
      {
        'x-ratelimit-requests-limit': '500',
        'x-ratelimit-requests-remaining': '499',
        'x-ratelimit-requests-reset': '2163603',
      },
      [{ name: 'x-ratelimit-requests', remaining: 499, limit: 500, unit: 'requests', resetMs: 2_147_483_647 }],
    ],
    [
      'Jira: a date to the minute',
      { 'X-RateLimit-Limit': '350', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '2026-01-01T00:05Z' },
      [{ name: 'ratelimit', remaining: 0, limit: 350, resetMs: 300_000 }],
    ],
    [
      'lemlist: JavaScript’s own spelling',
      {
        'x-ratelimit-remaining': '9',
        'x-ratelimit-reset': 'Thu Jan 01 2026 01:00:41 GMT+0100 (Central European Standard Time)',
      },
      [{ name: 'ratelimit', remaining: 9, limit: undefined, resetMs: 41_000 }],
    ],
    [
      'Brevo',
      { 'x-sib-ratelimit-limit': '10', 'x-sib-ratelimit-remaining': '9', 'x-sib-ratelimit-reset': '41' },
      [{ name: 'ratelimit', remaining: 9, limit: 10, resetMs: 41_000 }],
    ],
    [
      'Shopify: used and size',
      { 'X-Shopify-Shop-Api-Call-Limit': '40/40' },
      [{ name: 'shopify', remaining: 0, limit: 40, resetMs: 500 }],
    ],
    [
      'HubSpot',
      {
        'x-hubspot-ratelimit-max': '190',
        'x-hubspot-ratelimit-remaining': '188',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
        'x-hubspot-ratelimit-daily-remaining': '0',
      },
      [
        { name: 'hubspot', remaining: 188, limit: 190, resetMs: 10_000 },
        { name: 'hubspot-daily', remaining: 0, resetMs: 86_400_000 },
      ],
    ],
    [
      'Meta: minutes',
      { 'x-business-use-case-usage': '{"17":[{"type":"ads","call_count":100,"estimated_time_to_regain_access":19}]}' },
      [{ name: 'meta', remaining: 0, resetMs: 1_140_000 }],
    ],
    [
      'HubSpot, for longer than a timer can carry: clamped',
      { 'x-hubspot-ratelimit-remaining': '0', 'x-hubspot-ratelimit-interval-milliseconds': '9'.repeat(20) },
      [{ name: 'hubspot', remaining: 0, limit: undefined, resetMs: 2_147_483_647 }],
    ],
    [
      'Meta, for longer than a timer can carry: clamped',
      { 'x-business-use-case-usage': '{"17":[{"estimated_time_to_regain_access":999999}]}' },
      [{ name: 'meta', remaining: 0, resetMs: 2_147_483_647 }],
    ],
    [
      'Meta while there is access',
      { 'x-business-use-case-usage': '{"17":[{"type":"ads","call_count":3,"estimated_time_to_regain_access":0}]}' },
      [],
    ],
    ['none', { 'content-type': 'text/plain' }, []],
    ['malformed structured fields: ignored', { ratelimit: '"default";r=;;', 'ratelimit-policy': 'q' }, []],
    ['words where numbers belong: ignored', { 'x-ratelimit-remaining': 'plenty', 'x-ratelimit-reset': 'soon' }, []],
    ['negative numbers: ignored', { 'x-ratelimit-remaining': '-1', ratelimit: '"default";r=-5;t=1' }, []],
    [
      'a malformed vendor header: ignored',
      { 'x-shopify-shop-api-call-limit': 'many/40', 'x-hubspot-ratelimit-remaining': '5' },
      [],
    ],
  ])('%s', (_name, headers, expected) => {
    const all = { date: DATE, ...headers };
    expect(quotasOf(all, NOW + 7_200_000)).toEqual(expected);
    expect(quotasOf(new Headers(all as Record<string, string>), NOW + 7_200_000)).toEqual(expected);
  });

  it('reads absolute times against the response’s own date, and against our clock when it has none', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': AT_41 };
    expect(quotasOf(headers, NOW + 40_000)[0]?.resetMs).toBe(1000);
    expect(quotasOf({ ...headers, date: DATE }, NOW + 40_000)[0]?.resetMs).toBe(41_000);
  });

  it.each([undefined, null, 'headers', 7, []])('finds nothing in %j', (headers) => {
    expect(quotasOf(headers, NOW)).toEqual([]);
  });
});
