import { join } from 'node:path';
import { checkoutEnvironment } from './checkout-environment.js';
import type { QuotaSettings } from './checkout-settings.js';
import { resilienceEnvironment } from './resilience-environment.js';
import { CheckoutClient } from './services/checkout-client.js';
import type { ServiceGroup, StartedService } from './services/service-group.js';
import type { Twins } from './twins.js';

/** One of the two checkouts, and what the third parties know it by. */
export interface Twin {
  readonly name: keyof Twins<unknown>;
  readonly checkout: CheckoutClient;
  readonly merchant: string;
  readonly mailbox: string;
  readonly webhookSecret: string;
  /** Ends its process as `kill -9` does, and starts another in its place, over the same files. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** How a checkout differs from the one that stands through most storms. */
export interface TwinChanges {
  /** Its name in logs, and in the books of the third parties. */
  readonly account: string;
  /** The merchant in whose name it charges; one of its own unless given. */
  readonly merchant?: string;
  /** The quota of payments, for a checkout that knows it; otherwise that of all storms. */
  readonly quota?: QuotaSettings;
  /** As `STORE_URL`; otherwise that of the whole run. */
  readonly storeUrl?: string;
  /** Variables of its environment in the place of those that all have. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TwinStart extends TwinChanges {
  readonly name: Twin['name'];
  readonly services: ServiceGroup;
  readonly paymentsUrl: string;
  readonly emailUrl: string;
  readonly catalogUrl: string;
  readonly inventoryUrl: string;
}

/** Starts one checkout. The unprotected one differs by its switches alone. */
export async function startTwin(start: TwinStart): Promise<Twin> {
  const { name, account, services, quota } = start;
  const known = {
    merchant: start.merchant ?? `merchant_${account}`,
    mailbox: `mailbox_${account}`,
    webhookSecret: services.credentials.make('whsec_'),
  };
  // The account's name stands before the dot.
  const [paymentsKey, emailKey] = [known.merchant, known.mailbox].map((of) => services.credentials.make(`${of}.`)) as [
    string,
    string,
  ];
  const startOn = (port: number): Promise<StartedService> =>
    services.start({
      name: `checkout-${account}`,
      app: 'checkout',
      instrument: new URL('./instruments/server-timing.js', import.meta.url).href,
      env: {
        ...checkoutEnvironment({
          port,
          paymentsUrl: start.paymentsUrl,
          paymentsKey,
          webhookSecret: known.webhookSecret,
          emailUrl: start.emailUrl,
          emailKey,
          catalogUrl: start.catalogUrl,
          inventoryUrl: start.inventoryUrl,
          databaseFile: join(services.folder, `${account}.sqlite`),
          ...(start.storeUrl !== undefined && { storeUrl: start.storeUrl }),
        }),
        ...resilienceEnvironment(quota),
        ...SWITCHES[name],
        ...start.env,
      },
    });
  let running = await startOn(0);
  const { url } = running;
  const checkout = new CheckoutClient(url, CUSTOMER);
  return {
    name,
    checkout,
    ...known,
    async crash() {
      await running.kill();
      running = await startOn(Number(new URL(url).port));
    },
    async stop() {
      await checkout.close();
      await running.stop();
    },
  };
}

const SWITCHES: Twins<Record<string, string>> = {
  unprotected: { RESILIENCE__ENABLED: 'false', CHECKOUT_BARE_WEBHOOKS: 'true' },
  protected: { RESILIENCE__ENABLED: 'true', CHECKOUT_BARE_WEBHOOKS: 'false' },
};

const CUSTOMER = { timeoutMs: 2_500, connections: 400 };
