import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { checkoutEnvironment } from '../checkout-environment.js';
import { WEBHOOK_PATH } from '../services/checkout-client.js';
import { preferredPort } from '../services/preferred-port.js';
import type { ServiceGroup } from '../services/service-group.js';
import type { ThirdParties } from './third-parties.js';

/** One of the two shops of the demo, and the name by which its third parties know it. */
export interface DemoShop {
  readonly account: 'demo' | 'bare';
  readonly port: number;
  /** The environment variables by which it differs from the other. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a shop. Returns its address. */
export async function startShop(
  services: ServiceGroup,
  { urls, grpcUrl, payments }: ThirdParties,
  { account, port, env }: DemoShop,
): Promise<string> {
  const merchant = `merchant_${account}`;
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const { url } = await services.start({
    name: `checkout-${account}`,
    app: 'checkout',
    env: {
      ...checkoutEnvironment({
        port: await preferredPort(port),
        paymentsUrl: urls.payments,
        paymentsKey: merchant,
        webhookSecret: secret,
        emailUrl: urls.email,
        emailKey: `mailbox_${account}`,
        catalogUrl: urls.catalog,
        inventoryUrl: grpcUrl,
        crmUrl: urls.crm,
        databaseFile: join(services.folder, `${account}.sqlite`),
      }),
      ...env,
    },
  });
  await payments.sendWebhooksTo({ merchant, url: `${url}${WEBHOOK_PATH}`, secret });
  return url;
}
