import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkoutEnvironment } from './checkout-environment.js';
import { endingSignal, Interruption } from './ending.js';
import { describeFailure } from './describe-failure.js';
import { guide } from './guide.js';
import { WEBHOOK_PATH } from './services/checkout-client.js';
import { InventoryControl } from './services/inventory-control.js';
import { PaymentsControl } from './services/payments-control.js';
import { preferredPort } from './services/preferred-port.js';
import { ServiceGroup } from './services/service-group.js';

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

/** Starts the third parties and a checkout with its own settings, and says what to try. */
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
  const known = { merchant: 'merchant_demo', mailbox: 'mailbox_demo' };
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const { url: checkoutUrl } = await services.start({
    name: 'checkout',
    app: 'checkout',
    env: checkoutEnvironment({
      port: await preferredPort(3000),
      paymentsUrl,
      paymentsKey: known.merchant,
      webhookSecret: secret,
      emailUrl,
      emailKey: known.mailbox,
      catalogUrl,
      inventoryUrl: await inventory.grpcUrl(),
      databaseFile: join(services.folder, 'checkout.sqlite'),
    }),
  });
  const payments = new PaymentsControl(paymentsUrl);
  await payments.sendWebhooksTo({ merchant: known.merchant, url: `${checkoutUrl}${WEBHOOK_PATH}`, secret });
  await Promise.all([payments.close(), inventory.close()]);
  return guide({ checkoutUrl, paymentsUrl, emailUrl, catalogUrl, inventoryUrl, ...known });
}
