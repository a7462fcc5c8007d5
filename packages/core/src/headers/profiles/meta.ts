import type { RateProfile } from './rate-profile.js';
import { LONGEST_DELAY_MS } from '../../time/clock.js';

/**
 * Usage in percent as JSON, with the minutes until access is regained for businesses; throttled calls are answered 400.
 */
export const meta: RateProfile = {
  name: 'meta',
  source: 'https://developers.facebook.com/docs/graph-api/overview/rate-limiting/',
  telltale: /^x-(app|business-use-case)-usage$/,
  quotas(answer) {
    const minutes = Math.max(
      0,
      ...numbersIn(answer.text('x-business-use-case-usage'), 'estimated_time_to_regain_access'),
    );
    const used = Math.max(
      0,
      ...['call_count', 'total_time', 'total_cputime'].flatMap((name) => numbersIn(answer.text('x-app-usage'), name)),
    );
    return [
      ...(minutes === 0 ? [] : [{ name: 'meta', remaining: 0, resetMs: Math.min(minutes * 60_000, LONGEST_DELAY_MS) }]),
      ...(used < 100 ? [] : [{ name: 'meta-app', remaining: 0, resetMs: LOOK_AGAIN_MS }]),
    ];
  },
  throttles(answer) {
    const code = answer.inBody('error', 'code');
    return typeof code === 'number' && (CODES.has(code) || (code >= 80_000 && code <= 80_014));
  },
  vectors: [
    {
      status: 200,
      headers: { 'X-Business-Use-Case-Usage': '{"17":[{"type":"ads","estimated_time_to_regain_access":19}]}' },
      quotas: [{ name: 'meta', remaining: 0, resetMs: 1_140_000 }],
    },
    {
      status: 200,
      headers: { 'X-App-Usage': '{"call_count":100,"total_time":25,"total_cputime":25}' },
      quotas: [{ name: 'meta-app', remaining: 0 }],
    },
    { status: 200, headers: { 'X-App-Usage': '{"call_count":28,"total_time":25}' }, quotas: [] },
    { status: 400, headers: {}, body: { error: { code: 17 } }, throttled: true },
    { status: 400, headers: {}, body: { error: { code: 100 } }, throttled: false },
  ],
};

/** App, user, page and custom limits. */
const CODES = new Set([4, 17, 32, 613]);
/** The window of an hour slides: some of it comes back all the time. */
const LOOK_AGAIN_MS = 300_000;

function numbersIn(json: string | undefined, name: string): number[] {
  return [...(json ?? '').matchAll(new RegExp(`"${name}":\\s*(\\d{1,6})`, 'g'))].map(([, number]) => Number(number));
}
