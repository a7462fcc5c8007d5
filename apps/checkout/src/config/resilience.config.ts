import { type ProviderOptions, type ResilienceOptions, secret } from '@breakwater/nestjs';
import { registerAs } from '@nestjs/config';
import { checkoutConfig } from './checkout.config.js';
import { secretSources } from './secret-sources.js';

/** How the shop treats the third parties that it depends on. `RESILIENCE__PAYMENTS__…` overrides any leaf. */
export const resilienceConfig = registerAs('resilience', (): ResilienceOptions => ({
  // As long as an order may take: one that is under way when the shop closes is charged and answered.
  shutdown: { grace: checkoutConfig().graceMs },
  secrets: secretSources(process.env),
  providers: {
    payments: {
      http: { baseUrl: process.env['PAYMENTS_URL'] ?? '', auth: { bearer: secret('PAYMENTS_API_KEY') } },
      // Payments answers in tens of milliseconds. Two seconds is what a customer waits for without a second click.
      timeout: { attempt: '500ms', total: '2s' },
      retry: {
        attempts: 5,
        // Full jitter: orders that failed together do not come back together.
        backoff: { kind: 'exponential', initial: '50ms', max: '500ms', jitter: 'full' },
        // Retries never become the load that keeps payments down: 0.3 for each order that gets through, and one a
        // second.
        budget: { ratio: 0.3, minPerSecond: 1 },
      },
      circuitBreaker: {
        // Ten in a row is an outage. A share of failures has to last, or every bad second would close the shop.
        window: { time: '10s', consecutive: 10 },
        minimumCalls: 50,
        failureRate: 0.5,
        openFor: '2s',
        halfOpen: { calls: 3 },
      },
      // The ceiling; what payments really allows at the moment is read from its answers. An order rather waits for its
      // turn than is turned away, almost as long as it may take altogether.
      rateLimit: { limit: 200, per: '1s', burst: 5, wait: '1900ms', observeHeaders: true },
      bulkhead: { concurrency: 50, queue: 100, wait: '1s' },
      // For a day, an order that comes again is answered with the charge that it has. One takes two seconds at most:
      // after five without a sign of life its process is dead, and another may go on.
      idempotency: { header: 'Idempotency-Key', ttl: '24h', lease: '5s' },
      webhook: { sender: 'stripe', secrets: [secret('PAYMENTS_WEBHOOK_SECRET')], tolerance: '5m' },
    },
    email: {
      http: { baseUrl: process.env['EMAIL_URL'] ?? '', auth: { bearer: secret('EMAIL_API_KEY') } },
      // No retry, and no limit on calls at once: confirmations are jobs, which are tried again later and are ten at a
      // time.
      timeout: { attempt: '250ms' },
      // One call is enough to see whether email is back: the other confirmations wait as jobs.
      circuitBreaker: { window: { consecutive: 5 }, openFor: '2s', halfOpen: { calls: 1 } },
      idempotency: { header: 'Idempotency-Key', ttl: '24h', lease: '5s' },
    },
    ...(process.env['CRM_URL'] && { crm: crmOptions() }),
    catalog: {
      http: {
        baseUrl: process.env['CATALOG_URL'] ?? 'http://127.0.0.1:3003/graphql',
        auth: { bearer: secret('CATALOG_API_KEY') },
      },
      // As long as a visitor waits for a page.
      timeout: { attempt: '1500ms' },
      circuitBreaker: { window: { consecutive: 5 }, openFor: '1s', halfOpen: { calls: 1 } },
      // A price that is an hour old, and says so, sells better than none.
      cache: { ttl: '500ms', staleIfError: '1h' },
    },
    inventory: {
      http: {
        hosts: [process.env['INVENTORY_URL'] ?? '127.0.0.1:3005'],
        auth: { bearer: secret('INVENTORY_API_KEY') },
      },
      timeout: { attempt: '500ms', total: '4s' },
      retry: { attempts: 6, backoff: { initial: '50ms', max: '500ms' }, throttled: { attempts: 10 } },
      circuitBreaker: { window: { time: '10s', consecutive: 10 }, openFor: '1s' },
      // The ceiling; what the inventory really allows it says by its pushback, which holds for all.
      rateLimit: { limit: 200, per: '1s', wait: '3s' },
      idempotency: { header: 'Idempotency-Key', ttl: '24h' },
    },
  },
}));

/** Read when the settings are: the environment may be set after this module is loaded. */
const crmOptions = (): ProviderOptions => ({
  http: { baseUrl: process.env['CRM_URL'] ?? '', auth: { bearer: secret('CRM_API_KEY') } },
  timeout: { attempt: '1s' },
  circuitBreaker: { window: { consecutive: 10 }, openFor: '2s', halfOpen: { calls: 1 } },
  // The CRM says nothing of its quota. With a burst it is spent evenly: a user waits for a turn, not for a second.
  rateLimit: { limit: 20, per: '1s', burst: 4, wait: '1s', backgroundShare: 0.5 },
});
