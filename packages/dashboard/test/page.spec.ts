import { serverOrReason, ServerUnavailableError, startChromium } from '@breakwater/servers';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { PROVIDERS, sharedStore, startShop, type Shop, type ShopOptions } from '../src/shop.fixture.js';
import type { HostView } from '../src/wire/frame.js';
import { leastContrast } from './least-contrast.js';

const browser = await serverOrReason(startChromium);
const withBrowser = browser instanceof ServerUnavailableError ? describe.skip : describe;
const operator = { title: 'shop', host: 'web-1', authorize: () => ({ by: 'ada' }) };

let shops: Shop[] = [];
let pages: Page[] = [];
let proxies: Server[] = [];

async function shop(options: ShopOptions = {}): Promise<Shop> {
  const started = await startShop({ dashboard: operator, ...options });
  shops.push(started);
  return started;
}

interface Seen {
  readonly page: Page;
  /** Errors of scripts, and violations of the page's policy. */
  readonly faults: string[];
}

async function open(url: string, more: Parameters<Browser['newPage']>[0] = {}): Promise<Seen> {
  const page = await (browser as Browser).newPage({ reducedMotion: 'reduce', ...more });
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  pages.push(page);
  await page.goto(url);
  await page.locator('.link[data-link="live"]').waitFor();
  return { page, faults };
}

const urlOf = ({ port, base }: Shop) => `http://127.0.0.1:${port}${base}`;

afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  for (const { app } of shops) await app.close();
  for (const proxy of proxies) proxy.close();
  [pages, shops, proxies] = [[], [], []];
});

afterAll(async () => {
  if (!(browser instanceof ServerUnavailableError)) await browser.close();
});

/** The texts that the page shows of a provider, by the names above its columns. */
async function shownOf(page: Page, provider: string): Promise<Record<string, string>> {
  const row = page.locator('tbody tr', { has: page.getByRole('link', { name: provider, exact: true }) });
  const cells = await row.locator('td[data-label]').all();
  const texts = await Promise.all(
    cells.map(async (cell) => [await cell.getAttribute('data-label'), await cell.textContent()] as [string, string]),
  );
  return Object.fromEntries(texts);
}

/**
 * For how long the main thread of a page has computed so far, in milliseconds. Time of the processor: others that use
 * the machine do not add to it, as they do to how long a task takes.
 */
async function computingTimeOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
}

withBrowser('the page in a browser', () => {
  it('shows the numbers of the snapshot while calls go on, and says in one sentence what is wrong', async () => {
    const started = await shop({ real: true });
    const { resilience, ask } = started;
    const payments = resilience.provider('payments');
    const { page, faults } = await open(urlOf(started));
    expect(await page.locator('h1').textContent()).toContain('Quiet: no calls');
    for (let i = 0; i < 30; i++) await payments.execute(() => 'done');
    await Promise.all(
      Array.from({ length: 12 }, () =>
        payments.execute(() => Promise.reject(new Error('x')), { policies: ['circuitBreaker'] }).catch(() => undefined),
      ),
    );
    payments.circuitBreaker!.isolate();
    for (let i = 0; i < 8; i++) await payments.execute(() => 'never').catch(() => undefined);
    await page.getByText('Calls to payments are refused: isolated by hand.').first().waitFor();
    const { hosts } = JSON.parse((await ask('/state')).text) as { hosts: HostView[] };
    const [view] = hosts[0]!.providers;
    expect(view).toMatchObject({ total: { ok: 30, failed: 12, refused: 8 } });
    expect(await shownOf(page, 'payments')).toMatchObject({
      Success: '60 %',
      'Calls/s': '0.8',
      Attempts: '1.00×',
      Slots: '0 / 20',
      Waiting: '0',
    });
    await page.getByRole('rowheader').getByRole('link', { name: 'payments' }).click();
    await page.getByText('30 well, 12 failed, 8 refused').waitFor();
    const snapshot = payments.snapshot().policies.find(({ kind }) => kind === 'circuitBreaker') as { refused: number };
    const circuit = page.locator('.group', { has: page.getByRole('heading', { name: 'Circuit' }) });
    expect(
      await circuit
        .locator('div', { hasText: /^refused/ })
        .locator('dd')
        .textContent(),
    ).toBe(String(snapshot.refused));
    await page.getByText('circuit breaker isolated').waitFor();
    expect(faults).toEqual([]);
  });

  it('lets an operator isolate and reset a circuit with the keyboard alone, asks first, and says that it is done', async () => {
    const started = await shop({ real: true });
    const circuit = started.resilience.provider('payments').circuitBreaker!;
    const { page, faults } = await open(`${urlOf(started)}/page#/provider/payments`);
    const isolate = page.getByRole('button', { name: 'Isolate' });
    await isolate.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Isolate payments?' });
    await dialog.waitFor();
    // The harmless answer has the focus, and Escape is one, too.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Leave it');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(circuit.state).toBe('closed');
    expect(await isolate.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Done: circuit isolate, payments.').waitFor();
    expect(circuit.state).toBe('isolated');
    await page.getByRole('status').getByText('Calls to payments are refused').waitFor({ state: 'attached' });
    expect(started.events.at(-1)).toMatchObject({ type: 'dashboard.controlled', detail: { by: 'ada' } });
    expect(faults).toEqual([]);
  });

  it('shows a strip for each circuit, and says which ones a control does not concern', async () => {
    const own = { circuitBreaker: { window: { consecutive: 1 } } };
    const providers = { payments: { circuitBreaker: true, methods: { refund: own } } };
    const started = await shop({ real: true, providers });
    const payments = started.resilience.provider('payments');
    await payments.execute(() => Promise.reject(new Error('x')), { operation: 'refund' }).catch(() => undefined);
    const { page } = await open(`${urlOf(started)}/page#/provider/payments`);
    await page.getByRole('img', { name: /^Circuit closed\. No change in five minutes/ }).waitFor();
    await page.getByRole('img', { name: /^Circuit of refund open\. open at .*: consecutive failures/ }).waitFor();
    await page
      .getByText(/^Some calls to payments are refused: calls failed in a row for refund/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    const dialog = page.getByRole('dialog', { name: 'Reset the circuit of payments?' });
    expect(await dialog.textContent()).toContain('Methods with a circuit of their own are not concerned: refund.');
  });

  it('lets an operator control the circuit of one method with the keyboard alone, from the top of the page', async () => {
    const own = { circuitBreaker: { window: { consecutive: 1 }, openFor: '1h' } };
    const providers = { payments: { circuitBreaker: true, methods: { refund: own, 'sync <all>': own } } };
    const started = await shop({ real: true, providers });
    const payments = started.resilience.provider('payments');
    for (const operation of ['refund', 'sync <all>']) await payments.execute(() => 'done', { operation });
    const { page, faults } = await open(`${urlOf(started)}/page#/provider/payments`);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    for (let tabs = 0; tabs < 30 && (await focused()) !== 'Control the circuit of refund'; tabs++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'The circuit of refund' });
    await dialog.waitFor();
    expect(await dialog.ariaSnapshot()).toContain(
      'It is closed, and concerns this method alone: the circuit of payments stays as it is.',
    );
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Leave it');
    const isolate = dialog.getByRole('button', { name: 'Isolate' });
    expect(await isolate.getAttribute('aria-describedby').then((id) => page.locator(`#${id}`).textContent())).toContain(
      'Every call is refused',
    );
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Control the circuit of refund');
    await page.keyboard.press('Enter');
    // The answer that has the focus stands last.
    for (let tabs = 0; tabs < 4; tabs++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Done: circuit isolate, refund of payments.').waitFor();
    expect(payments.circuitBreakerOf('refund')!.state).toBe('isolated');
    expect([payments.circuitBreaker!.state, payments.circuitBreakerOf('sync <all>')!.state]).toEqual([
      'closed',
      'closed',
    ]);
    await page.getByRole('img', { name: /^Circuit of refund isolated\./ }).waitFor();
    await page.getByText('dashboard controlled').waitFor();
    expect(started.events.at(-1)).toMatchObject({ operation: 'refund', detail: { by: 'ada' } });
    expect(faults).toEqual([]);
  });

  it('shows no control to a reader who may use none', async () => {
    const authorize = (_: unknown, action: string) => action === 'read';
    const own = { methods: { refund: { circuitBreaker: true } } };
    const providers = { ...PROVIDERS, payments: { ...PROVIDERS.payments, ...own } };
    const started = await shop({ real: true, providers, dashboard: { ...operator, authorize } });
    await started.resilience.provider('payments').execute(() => 'done', { operation: 'refund' });
    const { page } = await open(`${urlOf(started)}/page#/provider/payments`);
    await page.getByRole('img', { name: /^Circuit of refund closed/ }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await page.goto(`${urlOf(started)}/page#/jobs`);
    await page.getByRole('heading', { name: 'crm' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
  });

  it('shows queues with their dead letters, pauses one and replays one', async () => {
    const started = await shop({ real: true });
    const { page } = await open(`${urlOf(started)}/page#/jobs`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('button', { name: 'Replay order.created job-81' }).click();
    await page.getByRole('alert').getByText('Done: queue replay, crm.').waitFor();
    expect(started.queue.done).toEqual(['pause crm', 'replay crm job-81']);
  });

  it('has names, roles and landmarks for those who do not see it, and moves the focus with the view', async () => {
    const started = await shop({ real: true });
    const { page } = await open(urlOf(started));
    const tree = await page.locator('body').ariaSnapshot();
    for (const line of [
      '- banner:',
      '- navigation "Views":',
      '- main:',
      '- heading "Third parties 6" [level=2]',
      '- rowheader "payments quiet',
      '- columnheader "Success"',
      '- status:',
      '- link "Skip to the numbers"',
    ]) {
      expect(tree).toContain(line);
    }
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the numbers');
    await page.getByRole('link', { name: 'Activity' }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    expect(await page.getByRole('link', { name: 'Activity' }).getAttribute('aria-current')).toBe('page');
    expect(await page.title()).toBe('Activity · Breakwater');
    await page.getByRole('radio', { name: 'Webhooks' }).focus();
    await page.keyboard.press('Space');
    expect(await page.getByRole('radio', { name: 'Webhooks' }).isChecked()).toBe(true);
    await page.goto(`${urlOf(started)}/page#/provider/payments`);
    await page.getByRole('img', { name: /^Calls per second, last five minutes/ }).waitFor();
    await page.getByRole('img', { name: /^Circuit closed\. No change in five minutes/ }).waitFor();
  });

  it('fits a phone without scrolling sideways, and has contrast enough in light and dark', async () => {
    const started = await shop({ real: true });
    started.resilience.provider('payments').circuitBreaker!.forceOpen();
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults } = await open(urlOf(started), { colorScheme, viewport: { width: 360, height: 740 } });
      for (const view of ['#/', '#/provider/payments', '#/activity', '#/jobs']) {
        await page.goto(`${urlOf(started)}/page${view}`);
        await page.locator('main > section').waitFor();
        const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
        expect(await page.evaluate(leastContrast)).toBeGreaterThanOrEqual(4.5);
      }
      expect(faults).toEqual([]);
    }
  });

  it('keeps the colours of its pictures where the reader has forced others', async () => {
    const started = await shop({ real: true });
    started.resilience.provider('payments').circuitBreaker!.forceOpen();
    const { page } = await open(urlOf(started), { forcedColors: 'active' });
    const isPlain = (picture: string, pseudo?: string) =>
      page
        .locator(picture)
        .first()
        .evaluate((element, part) => {
          const { backgroundColor } = getComputedStyle(element, part);
          return [getComputedStyle(document.body).backgroundColor, 'rgba(0, 0, 0, 0)'].includes(backgroundColor);
        }, pseudo);
    await page.locator('tr[data-health="refusing"]').waitFor();
    expect(await isPlain('tr[data-health="refusing"] .mark')).toBe(false);
    expect(await isPlain('.legend .failed', '::before')).toBe(false);
    expect(await isPlain('.link', '::before')).toBe(false);
    await page.getByRole('rowheader').getByRole('link', { name: 'payments' }).click();
    await page.locator('.strip [data-state="open"]').waitFor();
    expect(await isPlain('.strip [data-state="open"]')).toBe(false);
    expect(await isPlain('.share', '::after')).toBe(false);
    const lines = await page
      .locator('nav a')
      .evaluateAll((tabs) => tabs.slice(0, 2).map((tab) => getComputedStyle(tab).borderBottomColor));
    expect(lines[0]).not.toBe(lines[1]);
  });

  it('works behind a proxy that adds a path, and with a global prefix', async () => {
    const started = await shop({ real: true, prefix: 'api' });
    const proxy = createServer((request, response) => {
      const path = request.url!.replace(/^\/ops\/shop/, '');
      const passed = httpRequest(
        { port: started.port, host: '127.0.0.1', path, method: request.method, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      );
      passed.on('error', () => response.destroy());
      response.on('close', () => passed.destroy());
      request.pipe(passed);
    });
    proxies.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const { page, faults } = await open(`http://127.0.0.1:${port}/ops/shop/api/resilience`);
    expect(page.url()).toContain('/ops/shop/api/resilience/page');
    await page.getByRole('rowheader').getByRole('link', { name: 'payments' }).click();
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('alert').getByText('Done').waitFor();
    expect(faults).toEqual([]);
  });

  it('shows several hosts as one, and each of them', async () => {
    const store = sharedStore();
    const one = await shop({ real: true, store });
    const two = await shop({ real: true, store, dashboard: { ...operator, host: 'web-2' } });
    for (let i = 0; i < 3; i++) await one.resilience.provider('payments').execute(() => 'done');
    for (let i = 0; i < 4; i++) await two.resilience.provider('payments').execute(() => 'done');
    const { page } = await open(`${urlOf(one)}/page#/provider/payments`);
    await page.getByRole('heading', { name: '2 hosts' }).waitFor();
    await page.getByText('7 well, 0 failed, 0 refused').waitFor();
    expect(await page.getByRole('rowheader', { name: 'web-2' }).count()).toBe(1);
  });

  it('stays smooth with 200 providers that all have calls', async () => {
    const providers = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`provider-${i}`, { circuitBreaker: true, bulkhead: { concurrency: 5 } }]),
    );
    const started = await shop({ real: true, providers });
    const timer = setInterval(() => {
      for (let i = 0; i < 200; i++) void started.resilience.provider(`provider-${i}`).execute(() => 'done');
    }, 200);
    try {
      const { page } = await open(urlOf(started));
      await page.getByRole('link', { name: 'provider-199' }).waitFor({ state: 'attached' });
      const computed = await computingTimeOf(page);
      const before = await computed();
      await page.waitForTimeout(6000);
      // A tenth of the time at most.
      expect((await computed()) - before).toBeLessThan(600);
      await page.getByRole('searchbox', { name: 'Find a provider by its name' }).fill('-19');
      expect(await page.locator('tbody tr').count()).toBe(11);
    } finally {
      clearInterval(timer);
    }
  });
});
