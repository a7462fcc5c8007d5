import { type BreakerSettings, checkoutSettings, type QuotaSettings } from './checkout-settings.js';

/**
 * The settings of the storms as the environment variables that override a checkout's own. `quota` is what the checkout
 * takes for the quota of payments.
 */
export function resilienceEnvironment(
  quota: QuotaSettings = checkoutSettings.payments.rateLimit,
): Record<string, string> {
  const { payments, email } = checkoutSettings;
  return {
    RESILIENCE__PAYMENTS__TIMEOUT__ATTEMPT: `${payments.timeout.attemptMs}ms`,
    RESILIENCE__PAYMENTS__TIMEOUT__TOTAL: `${payments.timeout.totalMs}ms`,
    RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: `${payments.retry.attempts}`,
    RESILIENCE__PAYMENTS__RETRY__BACKOFF__INITIAL: `${payments.retry.initialBackoffMs}ms`,
    ...breakerEnvironment('PAYMENTS', payments.breaker),
    RESILIENCE__PAYMENTS__RATE_LIMIT__LIMIT: `${quota.perSecond}`,
    RESILIENCE__PAYMENTS__RATE_LIMIT__PER: '1s',
    RESILIENCE__PAYMENTS__RATE_LIMIT__BURST: `${quota.burst}`,
    RESILIENCE__PAYMENTS__RATE_LIMIT__WAIT: `${payments.rateLimit.waitMs}ms`,
    RESILIENCE__EMAIL__TIMEOUT__ATTEMPT: `${email.timeout.attemptMs}ms`,
    ...breakerEnvironment('EMAIL', email.breaker),
  };
}

function breakerEnvironment(provider: string, breaker: BreakerSettings): Record<string, string> {
  const prefix = `RESILIENCE__${provider}__CIRCUIT_BREAKER`;
  return {
    [`${prefix}__WINDOW__CONSECUTIVE`]: `${breaker.consecutiveFailures}`,
    [`${prefix}__OPEN_FOR`]: `${breaker.openForMs}ms`,
    [`${prefix}__HALF_OPEN__CALLS`]: `${breaker.halfOpenCalls}`,
  };
}
