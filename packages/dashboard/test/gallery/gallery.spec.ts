import { serverOrReason, ServerUnavailableError, startChromium } from '@breakwater/servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { leastContrast } from '../least-contrast.js';
import { serveStates } from './serve-state.js';
import { STATES } from './states.fixture.js';

/** A folder for screenshots of everything that is shown here; none by default. */
const FOLDER = process.env['BREAKWATER_SCREENSHOTS'];

const SIZES = {
  desktop: { width: 1440, height: 900 },
  laptop: { width: 1024, height: 640 },
  phone: { width: 390, height: 844 },
  /** A window of 1280 pixels at a zoom of 400 % (WCAG 2.2, 1.4.10). */
  zoomed: { width: 320, height: 256 },
} as const;

type Look = readonly [size: keyof typeof SIZES, colorScheme: 'light' | 'dark', media: 'screen' | 'print'];

/** Those that differ most; with screenshots, all of them. */
const LOOKS: readonly Look[] = [
  ['desktop', 'dark', 'screen'],
  ['phone', 'light', 'screen'],
  ['zoomed', 'light', 'screen'],
  ...(FOLDER === undefined
    ? []
    : ([
        ['desktop', 'light', 'screen'],
        ['laptop', 'light', 'screen'],
        ['phone', 'dark', 'screen'],
        ['laptop', 'light', 'print'],
      ] as const)),
];

const browser = await serverOrReason(startChromium);
const withBrowser = browser instanceof ServerUnavailableError ? describe.skip : describe;
const states = await serveStates();

afterAll(async () => {
  states.close();
  if (!(browser instanceof ServerUnavailableError)) await browser.close();
});

interface Shown {
  readonly page: Page;
  /** The state and the view. */
  readonly picture: string;
}

/** Faults by picture. */
type Faults = Record<string, readonly string[]>;

/** Opens a view of what is shown. */
async function open({ page, picture }: Shown, view: string): Promise<void> {
  await page.goto(`${states.url}?${encodeURIComponent(picture)}${view}`);
  await page.locator(picture.startsWith('lost') ? '.link[data-link="lost"]' : '.link[data-link="live"]').waitFor();
  await page.locator('main > section').waitFor();
}

/** Looks at an open view in one way, and returns what is cut off, too faint, or scrolls sideways. */
async function faultsOf({ page, picture }: Shown, [size, colorScheme, media]: Look): Promise<readonly string[]> {
  await page.setViewportSize(SIZES[size]);
  await page.emulateMedia({ media, colorScheme });
  // Charts take their new size with the next frame.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  if (FOLDER !== undefined) {
    const name = [picture, size, colorScheme, media].join('-');
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
  }
  const least = await page.evaluate(leastContrast);
  const faint = least < 4.5 ? [`contrast of ${least.toFixed(2)}`] : [];
  return [...faint, ...(await page.evaluate(overflowing)), ...(await page.evaluate(blankCharts))];
}

withBrowser('the page, in every state', () => {
  if (FOLDER !== undefined) mkdirSync(FOLDER, { recursive: true });
  const faults = new Map<Look, Faults>(LOOKS.map((look) => [look, {}]));
  const errors: string[] = [];

  beforeAll(async () => {
    const page = await (browser as Browser).newPage({ reducedMotion: 'reduce' });
    page.on('pageerror', ({ message }) => errors.push(`${page.url()}: ${message}`));
    for (const [name, state] of Object.entries(STATES)) {
      for (const view of state.views) {
        states.show(state);
        const picture = `${name} ${view.replaceAll(/[#/]+/g, ' ').trim().slice(0, 20)}`.trim().replaceAll(/\s+/g, '-');
        await open({ page, picture }, view);
        for (const look of LOOKS) {
          const found = await faultsOf({ page, picture }, look);
          if (found.length > 0) faults.get(look)![picture] = found;
        }
      }
    }
    await page.close();
  });

  it.each(LOOKS)('has nothing cut off, faint, blank or sideways: %s, %s, on %s', (...look) => {
    const same = LOOKS.find((each) => each.join() === look.join())!;
    expect(faults.get(same)).toEqual({});
  });

  it('throws nothing', () => {
    expect(errors).toEqual([]);
  });
});

/** Elements that stand out of the page, or whose text is cut off, in the page. */
function overflowing(): readonly string[] {
  const found: string[] = [];
  const { documentElement } = document;
  if (documentElement.scrollWidth > innerWidth) found.push(`scrolls sideways: ${documentElement.scrollWidth}`);
  for (const { scrollWidth, clientWidth } of document.querySelectorAll('.scroll')) {
    if (scrollWidth > clientWidth) found.push(`the table scrolls sideways: ${scrollWidth - clientWidth}`);
  }
  for (const element of document.querySelectorAll<HTMLElement>('body *')) {
    if (element.closest('.unseen, .skip, .u-wrap, noscript') !== null) continue;
    const style = getComputedStyle(element);
    const isCut = style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1;
    if (isCut && style.textOverflow !== 'ellipsis') found.push(`cut off: ${element.className || element.tagName}`);
    const box = element.getBoundingClientRect();
    if (box.right > innerWidth + 1 && element.closest('.scroll') === null) {
      found.push(`stands out: ${element.className || element.tagName} ${element.textContent.slice(0, 30)}`);
    }
  }
  return found.slice(0, 5);
}

/** Charts without a line in colour: those that are shown here all have some. */
function blankCharts(): readonly string[] {
  return [...document.querySelectorAll<HTMLCanvasElement>('.chart canvas')].flatMap((canvas) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(i, i + 4);
      if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 50) return [];
    }
    return ['a blank chart'];
  });
}
