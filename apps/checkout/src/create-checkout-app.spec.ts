import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import { createCheckoutApp } from './create-checkout-app.js';
import { anOrder, eventually, ShopFixture } from './shop.fixture.js';

const URLS = { PAYMENTS_URL: 'http://127.0.0.1:1', EMAIL_URL: 'http://127.0.0.1:2' };
/** Calls that are under way when the shop closes are aborted. */
const NO_GRACE = { SHUTDOWN_GRACE_MS: '0' };
/** Far longer than a machine under load takes to close a shop that waits for nothing. */
const LONG_GRACE = { SHUTDOWN_GRACE_MS: '60000' };

describe('createCheckoutApp', () => {
  beforeEach(() => {
    jest.spyOn(ConsoleLogger.prototype, 'error').mockReturnValue(undefined);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    [{}, ['payments.http.baseUrl', 'email.http.baseUrl', 'PAYMENTS_WEBHOOK_SECRET']],
    [URLS, ['PAYMENTS_API_KEY', 'PAYMENTS_WEBHOOK_SECRET', 'EMAIL_API_KEY', 'CATALOG_API_KEY', 'INVENTORY_API_KEY']],
  ])('says all that is missing when the environment holds %j', async (environment, missing) => {
    Object.assign(process.env, environment);
    const app = await createCheckoutApp();
    const failure = await app.init().catch(String);
    for (const name of missing) expect(failure).toContain(name);
    await app.close();
    for (const name of Object.keys(environment)) delete process.env[name];
  });

  it.each(['eighty', '-1', '65536'])('refuses to listen on port %s', async (port) => {
    await expect(ShopFixture.open({ PORT: port })).rejects.toThrow('PORT must be a whole number from 0 to 65535');
  });

  it.each([
    ['while its policies wait for email', { ...LONG_GRACE, RESILIENCE__EMAIL__TIMEOUT__ATTEMPT: '250ms' }],
    ['while it waits for email without any policy, and has no grace', { RESILIENCE__ENABLED: 'false', ...NO_GRACE }],
  ])('closes at once %s', async (_when, settings) => {
    const shop = await ShopFixture.open(settings);
    await shop.email.strike({ hang: true });
    const placed = shop.place(anOrder('a-1')).catch(() => undefined);
    await eventually(async () => (await shop.mailbox()).calls.total > 0);
    const before = performance.now();
    await shop.stop();
    expect(performance.now() - before).toBeLessThan(20_000);
    await placed;
    await shop.close();
  });

  it('answers an order that is under way when it closes', async () => {
    const shop = await ShopFixture.open(LONG_GRACE);
    await shop.payments.strike({ latency: { ms: 200 } });
    const placed = shop.place(anOrder('a-1'));
    await eventually(async () => (await shop.ledger()).calls.total > 0);
    await shop.stop();
    expect((await placed).status).toBe(201);
    await shop.close();
  });
});
