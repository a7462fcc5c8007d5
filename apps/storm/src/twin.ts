import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { checkoutEnvironment } from './checkout-environment.js';
import type { QuotaSettings } from './checkout-settings.js';
import { resilienceEnvironment } from './resilience-environment.js';
import { CheckoutClient } from './services/checkout-client.js';
import type { ServiceGroup } from './services/service-group.js';
import type { Twins } from './twins.js';

/** One of the two checkouts, and what the third parties know it by. */
export interface Twin {
  readonly name: keyof Twins<unknown>;
  readonly checkout: CheckoutClient;
  readonly merchant: string;
  readonly mailbox: string;
  readonly webhookSecret: string;
}

export interface TwinStart {
  readonly name: Twin['name'];
  readonly services: ServiceGroup;
  readonly paymentsUrl: string;
  readonly emailUrl: string;
  /** The quota of payments, for a checkout that knows it; otherwise that of all storms. */
  readonly quota?: QuotaSettings;
}

/** Starts one checkout. The unprotected one differs by its switches alone. */
export async function startTwin({ name, services, paymentsUrl, emailUrl, quota }: TwinStart): Promise<Twin> {
  const account = quota === undefined ? name : `${name}_with_quota`;
  const known = {
    merchant: `merchant_${account}`,
    mailbox: `mailbox_${account}`,
    webhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
  };
  const url = await services.start({
    name: `checkout-${account}`,
    app: 'checkout',
    instrument: new URL('./instruments/server-timing.js', import.meta.url).href,
    env: {
      ...checkoutEnvironment({
        paymentsUrl,
        paymentsKey: known.merchant,
        webhookSecret: known.webhookSecret,
        emailUrl,
        emailKey: known.mailbox,
        databaseFile: join(services.folder, `${account}.sqlite`),
      }),
      ...resilienceEnvironment(quota),
      ...SWITCHES[name],
    },
  });
  const checkout = new CheckoutClient(url, CUSTOMER);
  return { name, checkout, ...known };
}

const SWITCHES: Twins<Record<string, string>> = {
  unprotected: { RESILIENCE__ENABLED: 'false', CHECKOUT_BARE_WEBHOOKS: 'true' },
  protected: { RESILIENCE__ENABLED: 'true', CHECKOUT_BARE_WEBHOOKS: 'false' },
};

const CUSTOMER = { timeoutMs: 2_500, connections: 400 };
