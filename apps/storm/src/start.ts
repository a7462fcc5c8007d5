import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { systemClock } from './clock.js';
import { Customers } from './demo/customers.js';
import { serveDemoPage } from './demo/demo-page.js';
import { Machine } from './demo/machine.js';
import { ShopWindow } from './demo/shop-window.js';
import { startShop } from './demo/start-shop.js';
import { startThirdParties, type ThirdParties } from './demo/third-parties.js';
import { describeFailure } from './describe-failure.js';
import { endingSignal, Interruption } from './ending.js';
import { guide } from './guide.js';
import { CheckoutClient } from './services/checkout-client.js';
import { preferredPort } from './services/preferred-port.js';
import { ServiceGroup } from './services/service-group.js';
import type { Twins } from './twins.js';

/**
 * Almost as long as the customers of the page wait: a third party that is late by a second is no outage, and a shop
 * that aborted its answers would do worse than one without timeouts.
 */
const PATIENCE = {
  RESILIENCE__PAYMENTS__TIMEOUT__ATTEMPT: '2s',
  RESILIENCE__INVENTORY__TIMEOUT__ATTEMPT: '2s',
  RESILIENCE__CATALOG__TIMEOUT__ATTEMPT: '2s',
};

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

/** Starts the third parties, two shops and the page of the demo, and says what to try. */
async function open(services: ServiceGroup): Promise<string> {
  const parties = await startThirdParties(services);
  const pagePort = await preferredPort(3005);
  // The browser knows this machine by two names.
  const pages = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${pagePort}`);
  const [shop, bare] = await Promise.all([
    startShop(services, parties, {
      account: 'demo',
      port: 3000,
      env: { ...PATIENCE, CHECKOUT_DASHBOARD: 'true', CHECKOUT_DASHBOARD_FRAMED_BY: pages.join(' ') },
    }),
    startShop(services, parties, { account: 'bare', port: 3006, env: { ...PATIENCE, RESILIENCE__ENABLED: 'false' } }),
  ]);
  const pageUrl = await serveDemo(services, parties, { pagePort, urls: { protected: shop, unprotected: bare } });
  return guide({
    pageUrl,
    checkoutUrl: shop,
    parties: parties.urls,
    merchant: 'merchant_demo',
    mailbox: 'mailbox_demo',
  });
}

/** Serves the page, and has customers come to both shops. */
async function serveDemo(
  services: ServiceGroup,
  { controls }: ThirdParties,
  { pagePort, urls }: { readonly pagePort: number; readonly urls: Twins<string> },
): Promise<string> {
  const patience = { timeoutMs: 2500, connections: 400 };
  const checkouts = {
    protected: new CheckoutClient(urls.protected, patience),
    unprotected: new CheckoutClient(urls.unprotected, patience),
  };
  const shops = { protected: new ShopWindow(urls.protected), unprotected: new ShopWindow(urls.unprotected) };
  const customers = new Customers(checkouts, systemClock, `demo-${randomBytes(3).toString('hex')}`);
  void customers.run(services.signal);
  const ask = () =>
    Promise.all([shops.protected.greet(), ...Object.values(controls).map(({ faults }) => faults.read())]);
  const machine = new Machine(ask, systemClock);
  void machine.run(services.signal);
  return serveDemoPage(
    pagePort,
    {
      customers,
      shops,
      machine,
      dashboardUrl: `${urls.protected}/resilience`,
      setFaults: (party, faults) => controls[party].faults.put(faults),
    },
    services.signal,
  );
}
