import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkoutEnvironment } from './checkout-environment.js';
import { endingSignal, Interruption } from './ending.js';
import { describeFailure } from './describe-failure.js';
import { guide } from './guide.js';
import { systemClock } from './clock.js';
import { Customers } from './demo/customers.js';
import { serveDemoPage } from './demo/demo-page.js';
import { CheckoutClient, WEBHOOK_PATH } from './services/checkout-client.js';
import { EmailControl } from './services/email-control.js';
import { InventoryControl } from './services/inventory-control.js';
import { PaymentsControl } from './services/payments-control.js';
import { preferredPort } from './services/preferred-port.js';
import { ServiceGroup } from './services/service-group.js';
import type { Twins } from './twins.js';

process.exitCode = await main();

async function main(): Promise<number> {
  const services = await ServiceGroup.create(endingSignal());
  let failed = false;
  try {
    process.stdout.write(await open(services));
    if (!services.signal.aborted) await once(services.signal, 'abort');
    throw services.signal.reason;
  } catch (error) {
    const cause = await services.causeOf(error);
    failed = !(cause instanceof Interruption);
    if (failed) process.stderr.write(describeFailure(cause));
    return failed ? 1 : 0;
  } finally {
    await services.stop({ keepLogs: failed });
    if (failed) process.stderr.write(`The logs of the services are in ${services.folder}\n`);
  }
}

/** Starts the third parties, two checkouts and the page of the demo, and says what to try. */
async function open(services: ServiceGroup): Promise<string> {
  const startParty = async (name: string, port: number) =>
    (await services.start({ name, app: name, env: { PORT: `${await preferredPort(port)}` } })).url;
  const [paymentsUrl, emailUrl, catalogUrl, inventoryUrl] = await Promise.all([
    startParty('payments', 3001),
    startParty('email', 3002),
    startParty('catalog', 3003),
    startParty('inventory', 3004),
  ]);
  const inventory = new InventoryControl(inventoryUrl);
  const parties = {
    paymentsUrl,
    emailUrl,
    catalogUrl,
    grpcUrl: await inventory.grpcUrl(),
    payments: new PaymentsControl(paymentsUrl),
    email: new EmailControl(emailUrl),
  };
  await inventory.close();
  const [shop, bare] = await Promise.all([startShop(services, parties, 'demo'), startShop(services, parties, 'bare')]);
  const pageUrl = await serveDemo(services, parties, { protected: shop, unprotected: bare });
  const known = { merchant: 'merchant_demo', mailbox: 'mailbox_demo' };
  return guide({ pageUrl, checkoutUrl: shop, paymentsUrl, emailUrl, catalogUrl, inventoryUrl, ...known });
}

interface Parties {
  readonly paymentsUrl: string;
  readonly emailUrl: string;
  readonly catalogUrl: string;
  /** Where the inventory answers over gRPC. */
  readonly grpcUrl: string;
  readonly payments: PaymentsControl;
  readonly email: EmailControl;
}

/** Starts a checkout with its own settings, or one whose policies are switched off. Returns its address. */
async function startShop(services: ServiceGroup, parties: Parties, account: 'demo' | 'bare'): Promise<string> {
  const { paymentsUrl, emailUrl, catalogUrl, grpcUrl, payments } = parties;
  const merchant = `merchant_${account}`;
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const { url } = await services.start({
    name: `checkout-${account}`,
    app: 'checkout',
    env: {
      ...checkoutEnvironment({
        port: await preferredPort(account === 'demo' ? 3000 : 3006),
        paymentsUrl,
        paymentsKey: merchant,
        webhookSecret: secret,
        emailUrl,
        emailKey: `mailbox_${account}`,
        catalogUrl,
        inventoryUrl: grpcUrl,
        databaseFile: join(services.folder, `${account}.sqlite`),
      }),
      ...(account === 'demo' ? { CHECKOUT_DASHBOARD: 'true' } : { RESILIENCE__ENABLED: 'false' }),
    },
  });
  await payments.sendWebhooksTo({ merchant, url: `${url}${WEBHOOK_PATH}`, secret });
  return url;
}

/** Serves the page of the demo, and has customers place orders at both checkouts. */
async function serveDemo(services: ServiceGroup, parties: Parties, urls: Twins<string>): Promise<string> {
  const patience = { timeoutMs: 2500, connections: 400 };
  const checkouts = {
    protected: new CheckoutClient(urls.protected, patience),
    unprotected: new CheckoutClient(urls.unprotected, patience),
  };
  const customers = new Customers(checkouts, systemClock, `demo-${randomBytes(3).toString('hex')}`);
  void customers.run(services.signal);
  return serveDemoPage(
    await preferredPort(3005),
    {
      customers,
      dashboardUrl: `${urls.protected}/resilience`,
      setFaults: (service, faults) => parties[service].faults.put(faults),
    },
    services.signal,
  );
}
