import type { Storm } from './storm.js';
import { crash } from './storms/crash.js';
import { connectionDrops } from './storms/connection-drops.js';
import { emailHangs } from './storms/email-hangs.js';
import { inventoryPushback } from './storms/inventory-pushback.js';
import { paymentsDown } from './storms/payments-down.js';
import { paymentsFlaky } from './storms/payments-flaky.js';
import { paymentsThrottled } from './storms/payments-throttled.js';
import { rotation } from './storms/rotation.js';
import { staleCatalog } from './storms/stale-catalog.js';
import { storeDown } from './storms/store-down.js';
import { sync } from './storms/sync.js';
import { twoHosts } from './storms/two-hosts.js';
import { webhookForgery } from './storms/webhook-forgery.js';

/** In the order in which they are run. */
export const storms: readonly Storm[] = [
  emailHangs,
  paymentsDown,
  paymentsFlaky,
  paymentsThrottled,
  connectionDrops,
  webhookForgery,
  staleCatalog,
  inventoryPushback,
  crash,
  storeDown,
  rotation,
  twoHosts,
  sync,
];
