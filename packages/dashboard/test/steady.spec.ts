import type { QueueSnapshot } from '@breakwater/core/adapter';
import { serverOrReason, ServerUnavailableError, startChromium } from '@breakwater/servers';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { HostView } from '../src/wire/frame.js';
import { hostWith, serveFrames, type LiveFrames } from './live-frames.fixture.js';

const browser = await serverOrReason(startChromium);
const withBrowser = browser instanceof ServerUnavailableError ? describe.skip : describe;

let served: LiveFrames[] = [];
let pages: Page[] = [];

afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  for (const each of served) each.close();
  [served, pages] = [[], []];
});

afterAll(async () => {
  if (!(browser instanceof ServerUnavailableError)) await browser.close();
});

type Options = Parameters<Browser['newPage']>[0];

async function open(
  first: readonly HostView[],
  view: string,
  { hasClock = false, ...more }: Options & { hasClock?: boolean } = {},
) {
  const frames = await serveFrames(first);
  served.push(frames);
  const page = await (browser as Browser).newPage({ reducedMotion: 'reduce', ...more });
  pages.push(page);
  if (hasClock) await page.clock.install();
  await page.goto(`${frames.url}${view}`);
  await page.locator('.link[data-link="live"]').waitFor();
  return { page, frames };
}

const well = ['catalog', 'email', 'payments'].map((name) => ({ name }));
const failing = (rate: number) => [...well.slice(0, 2), { name: 'payments', rate, failing: 0.5 }];
const counts = { waiting: 14, delayed: 3, active: 2, completed: 42, failed: 18, dead: 1, paused: false };
const deadLetters = [{ id: 'job-81', job: 'order.created', reason: 'TypeError', at: 1_795_000_000_000 }];
const queue = (more: Partial<QueueSnapshot> = {}): QueueSnapshot => ({ name: 'crm', ...counts, deadLetters, ...more });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25));
}

withBrowser('the page, while its numbers change', () => {
  it('says once aloud that a provider fails, whatever its counts are, and again when it is well', async () => {
    const { page, frames } = await open([hostWith(well)], '');
    const said = await page.evaluateHandle(() => {
      const texts: string[] = [];
      const status = document.querySelector('[role=status]')!;
      new MutationObserver(() => texts.push(status.textContent)).observe(status, { childList: true });
      return texts;
    });
    for (let second = 1; second <= 4; second++) {
      frames.send([hostWith(failing(20 + second * 7))], second);
      await page.locator('.link', { hasText: `:2${second}` }).waitFor();
    }
    frames.send([hostWith(well)], 5);
    await page.locator('.link', { hasText: ':25' }).waitFor();
    const texts = await said.jsonValue();
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(/^Calls to payments fail: /);
    expect(texts[1]).toMatch(/^All 3 third parties are well/);
  });

  it('keeps the focus where it is when the row that has it moves', async () => {
    const { page, frames } = await open([hostWith(well)], '');
    const link = page.getByRole('rowheader').getByRole('link', { name: 'payments' });
    await link.focus();
    frames.send([hostWith(failing(30))], 1);
    await page.locator('tbody tr:first-child', { hasText: 'payments' }).waitFor();
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByRole('rowheader').getByRole('link', { name: 'email' }).focus();
    frames.send([hostWith(well)], 2);
    await page.locator('tbody tr:last-child', { hasText: 'payments' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('email');
  });

  it('keeps the buttons of queues, so that no click falls between two of its versions', async () => {
    const { page, frames } = await open([hostWith(well, { queues: [queue()] })], '#/jobs');
    const pause = await page.getByRole('button', { name: 'Pause crm' }).elementHandle();
    const replay = await page.getByRole('button', { name: 'Replay order.created job-81' }).elementHandle();
    await replay!.focus();
    frames.send([hostWith(well, { queues: [queue({ waiting: 15, completed: 43 })] })], 1);
    await page.locator('.facts', { hasText: '43' }).waitFor();
    for (const button of [pause, replay]) expect(await button!.evaluate(({ isConnected }) => isConnected)).toBe(true);
    expect(await replay!.evaluate((element) => element === document.activeElement)).toBe(true);
    frames.send([hostWith(well, { queues: [queue({ paused: true, deadLetters: [] })] })], 2);
    await page.getByRole('button', { name: 'Resume crm' }).waitFor();
    expect(await replay!.evaluate(({ isConnected }) => isConnected)).toBe(false);
    await pause!.click();
    await page.getByRole('alert').getByText('It did not work (500). The log of the server may say why.').waitFor();
  });

  it('keeps the rows of hosts, and what is selected in them', async () => {
    const hosts = (rate: number) => ['web-1', 'web-2'].map((host) => hostWith([{ name: 'payments', rate }], { host }));
    const { page, frames } = await open(hosts(10), '#/provider/payments');
    const row = await page.getByRole('rowheader', { name: 'web-2' }).elementHandle();
    const before = await page.locator('.hosts tbody').textContent();
    frames.send(hosts(50), 1);
    await until(async () => (await page.locator('.hosts tbody').textContent()) !== before);
    expect(await row!.evaluate(({ isConnected }) => isConnected)).toBe(true);
  });
});

withBrowser('the page and its connection', () => {
  it('connects again where the stream has gone silent without a word, as after a laptop’s sleep', async () => {
    const { page, frames } = await open([hostWith(well)], '', { hasClock: true });
    expect(frames.opened).toBe(1);
    await page.clock.fastForward(7000);
    await until(() => frames.opened === 2);
    await page.locator('.link[data-link="live"]').waitFor();
    await until(() => frames.open === 1);
    expect(await page.locator('h1').textContent()).toContain('All 3 third parties are well');
  });

  it('waits half a minute for the first word, which authorize may hold back, and then connects again', async () => {
    const { page, frames } = await open([hostWith(well)], '', { hasClock: true });
    frames.hold(true);
    await page.clock.fastForward(7000);
    await until(() => frames.opened === 2 && frames.open === 1);
    await page.clock.fastForward(25_000);
    frames.hold(false);
    await page.locator('.link[data-link="live"]').waitFor();
    expect(frames.opened).toBe(2);
    frames.hold(true);
    await page.clock.fastForward(7000);
    await until(() => frames.opened === 3);
    await page.clock.fastForward(31_000);
    await until(() => frames.opened === 4);
  });

  it('says that its numbers are old while the application restarts, and has new ones once it is back', async () => {
    const { page, frames } = await open([hostWith(well)], '');
    frames.close();
    await page.getByText('No connection to the application: these are the numbers of').first().waitFor();
    served.push(await serveFrames([hostWith(failing(40))], Number(new URL(frames.url).port)));
    await page.locator('.link[data-link="live"]').waitFor();
    expect(await page.locator('h1').textContent()).toMatch(/^Calls to payments fail/);
    expect(await page.locator('body').getAttribute('data-link')).toBe('live');
  });

  it('rests after a minute out of sight, and is there again with new numbers after an hour', async () => {
    const { page, frames } = await open([hostWith(well)], '', { hasClock: true });
    const show = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await show(true);
    // Something is heard all the time: what ends the connection is that it is out of sight.
    for (let passed = 0; passed < 65; passed += 5) {
      frames.send([hostWith(well)]);
      await page.clock.fastForward(5000);
    }
    await until(() => frames.open === 0);
    const { opened } = frames;
    await page.clock.fastForward(3_600_000);
    expect(frames.opened).toBe(opened);
    await show(false);
    await until(() => frames.open === 1);
    await page.locator('.link[data-link="live"]').waitFor();
  });

  it.each([
    ['en-US', 'UTC', '14:03:20'],
    ['ar-EG', 'Asia/Kolkata', '19:33:20'],
    ['de-DE', 'America/Los_Angeles', '06:03:20'],
    ['en-US', 'Asia/Tokyo', '23:03:20'],
    ['en-US', 'Pacific/Guadalcanal', '01:03:20'],
    ['en-US', 'Etc/GMT-10', '00:03:20'],
  ])('shows the time of the reader’s zone in one form: %s in %s', async (locale, timezoneId, time) => {
    const { page } = await open([hostWith(well)], '', { locale, timezoneId });
    expect(await page.locator('.link').textContent()).toBe(time);
  });
});
