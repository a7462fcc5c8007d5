import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkoutEnvironment } from './checkout-environment.js';
import { endingSignal, Interruption } from './ending.js';
import { describeFailure } from './describe-failure.js';
import { guide } from './guide.js';
import { WEBHOOK_PATH } from './services/checkout-client.js';
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

/** Starts the two third parties and a checkout with its own settings, and says what to try. */
async function open(services: ServiceGroup): Promise<string> {
  const [{ url: paymentsUrl }, { url: emailUrl }] = await Promise.all([
    services.start({ name: 'payments', app: 'payments', env: { PORT: `${await preferredPort(3001)}` } }),
    services.start({ name: 'email', app: 'email', env: { PORT: `${await preferredPort(3002)}` } }),
  ]);
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
      databaseFile: join(services.folder, 'checkout.sqlite'),
    }),
  });
  const payments = new PaymentsControl(paymentsUrl);
  await payments.sendWebhooksTo({ merchant: known.merchant, url: `${checkoutUrl}${WEBHOOK_PATH}`, secret });
  await payments.close();
  return guide({ checkoutUrl, paymentsUrl, emailUrl, ...known });
}
