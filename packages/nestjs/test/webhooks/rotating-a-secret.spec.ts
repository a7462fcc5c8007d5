import { readFileSync } from 'node:fs';
import { secret, type ResilienceOptions } from '@breakwater/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { transformSync } from 'esbuild';
import { stripe } from './signing.js';
import { platforms, withWebhooks, type WebhookApp } from './webhook-app.fixture.js';

const PAGE = new URL('../../../../docs/webhooks/rotating-a-secret.md', import.meta.url);
const NAMES = ['PAYMENTS_WEBHOOK_SECRET', 'PAYMENTS_WEBHOOK_SECRET_NEXT'] as const;

/** The settings of the page's first block, as they are written there. */
function optionsOfPage(): ResilienceOptions {
  const block = /```ts\n(.*?)```/s.exec(readFileSync(PAGE, 'utf8'))![1]!;
  const { code } = transformSync(block, { loader: 'ts', format: 'cjs' });
  const exported = { exports: {} as { options: ResilienceOptions } };
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval
  new Function('module', 'require', code)(exported, () => ({ secret }));
  return exported.exports.options;
}

describe.each(platforms)('the page about rotating a secret, on %s', (platform) => {
  afterEach(() => {
    for (const name of NAMES) delete process.env[name];
  });

  async function rotate(secrets: readonly string[], work: (app: WebhookApp) => Promise<void>): Promise<void> {
    for (const [index, value] of secrets.entries()) process.env[NAMES[index]!] = value;
    const { webhook } = optionsOfPage().providers!['payments']!;
    const routes = [{ path: 'hook', provider: 'payments', handle: () => 'ok' }];
    await withWebhooks(platform, { webhooks: { payments: webhook! }, routes }, work);
  }

  const statusOf = async ({ post }: WebhookApp, key: string) =>
    (await post('/hook', '{}', stripe('{}', { secret: key }))).status;

  it('boots as it is written between two rotations, when the variable of the next secret is unset', async () => {
    await rotate(['whsec_one'], async (app) => {
      expect([await statusOf(app, 'whsec_one'), await statusOf(app, 'whsec_two')]).toEqual([200, 401]);
    });
  });

  it('takes both secrets during a rotation', async () => {
    await rotate(['whsec_one', 'whsec_two'], async (app) => {
      expect([await statusOf(app, 'whsec_one'), await statusOf(app, 'whsec_two')]).toEqual([200, 200]);
    });
  });
});
