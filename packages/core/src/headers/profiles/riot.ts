import type { RateProfile } from './rate-profile.js';
import type { QuotaReading } from '../quota-observation.js';
import type { RateAnswer } from '../rate-answer.js';

/** Limits and counts by window: `20:1,100:120` is 20 in a second and 100 in two minutes. */
export const riot: RateProfile = {
  name: 'riot',
  source: 'https://developer.riotgames.com/docs/portal',
  telltale: /^x-(app|method)-rate-limit$/,
  quotas: (answer) => ['app', 'method'].flatMap((of) => windowsOf(answer, of)),
  vectors: [
    {
      status: 200,
      headers: { 'X-App-Rate-Limit': '20:1,100:120', 'X-App-Rate-Limit-Count': '20:1,36:120' },
      quotas: [
        { name: 'riot-app-1', remaining: 0, limit: 20, resetMs: 1000 },
        { name: 'riot-app-120', remaining: 64, limit: 100, resetMs: 120_000 },
      ],
    },
    { status: 429, headers: { 'Retry-After': '2' }, throttled: true, retryAfterMs: 2000 },
  ],
};

function windowsOf(answer: RateAnswer, of: string): QuotaReading[] {
  const counts = pairs(answer.text(`x-${of}-rate-limit-count`));
  return [...pairs(answer.text(`x-${of}-rate-limit`))].flatMap(([seconds, limit]) => {
    const used = counts.get(seconds);
    if (used === undefined) return [];
    return [{ name: `riot-${of}-${seconds}`, remaining: Math.max(0, limit - used), limit, resetMs: seconds * 1000 }];
  });
}

/** Numbers by the seconds of their window. */
function pairs(text: string | undefined): Map<number, number> {
  return new Map(
    [...(text ?? '').matchAll(/(\d{1,9}):(\d{1,9})/g)].map(([, n, seconds]) => [Number(seconds), Number(n)]),
  );
}
