/**
 * Settings that the storms rely on: one set for the whole run, given to both checkouts. All others are the checkout's
 * own.
 */
export const checkoutSettings = {
  payments: {
    timeout: { attemptMs: 500, totalMs: 2_000 },
    retry: { attempts: 5, initialBackoffMs: 50 },
    breaker: { consecutiveFailures: 10, openForMs: 2_000, halfOpenCalls: 3 },
    /** More than any storm offers: what payments really allows is learnt from its answers. */
    rateLimit: { perSecond: 200, burst: 5, waitMs: 1_900 },
  },
  email: {
    timeout: { attemptMs: 250 },
    breaker: { consecutiveFailures: 5, openForMs: 2_500, halfOpenCalls: 1 },
  },
} as const;

/** The quota of payments, as a checkout is told of it. */
export interface QuotaSettings {
  readonly perSecond: number;
  /** How many calls may go out at once. */
  readonly burst: number;
}

/** The settings of a circuit breaker that decide how many calls it lets through. */
export interface BreakerSettings {
  /** So many failures in a row open it. */
  readonly consecutiveFailures: number;
  readonly openForMs: number;
  readonly halfOpenCalls: number;
}
