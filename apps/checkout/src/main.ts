import type { ConfigType } from '@nestjs/config';
import { checkoutConfig } from './config/checkout.config.js';
import { createCheckoutApp } from './create-checkout-app.js';

const app = await createCheckoutApp();
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });

const { port } = app.get<ConfigType<typeof checkoutConfig>>(checkoutConfig.KEY);
await app.listen(port, '127.0.0.1');
process.stdout.write(`checkout listening on ${await app.getUrl()}\n`);
