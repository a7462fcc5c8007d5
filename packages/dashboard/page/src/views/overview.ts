import { judged, type Judged } from '../state/headline.js';
import { mergedProviders, type Provider } from '../state/merge.js';
import type { Model } from '../state/model.js';
import { fullestBulkhead, overMethods, shortestQuota, sizeOf, waitingCalls } from '../state/policies.js';
import { Badge } from '../ui/badge.js';
import { arrange, h, setAttribute, setText } from '../ui/dom.js';
import { duration, number, percent, perSecond, wayTo } from '../ui/format.js';
import { EventList } from './event-list.js';
import { Sparkline } from '../ui/sparkline.js';
import type { View } from './view.js';

const COLUMNS = [
  'Last minute',
  'Success',
  'Calls/s',
  'p50',
  'p95',
  'p99',
  'Attempts',
  'Budget left',
  'Slots',
  'Waiting',
  'Cache',
] as const;

/** All providers, the worst first. */
export class Overview implements View {
  readonly title = 'Overview';
  private readonly rows = new Map<string, Row>();
  private readonly body = h('tbody');
  private readonly count = h('span', { class: 'count' });
  private readonly filter = h('input', {
    type: 'search',
    placeholder: 'Find',
    'aria-label': 'Find a provider by its name',
    oninput: () => this.latest && this.update(this.latest),
  });
  private readonly events = new EventList(true, 12);
  private latest: Model | undefined;
  private readonly seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) this.rowOf(target)?.setSeen(isIntersecting);
  });
  readonly element = h(
    'section',
    { class: 'overview', 'aria-labelledby': 'providers-title' },
    h(
      'header',
      { class: 'bar' },
      h('h2', { id: 'providers-title' }, 'Third parties ', this.count),
      legend(),
      this.filter,
    ),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of third parties' },
      h(
        'table',
        { class: 'providers' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Provider'),
            ...COLUMNS.map((name) =>
              h('th', { scope: 'col', class: name === 'Last minute' ? undefined : 'number' }, name),
            ),
          ),
        ),
        this.body,
      ),
    ),
    h('section', { class: 'recent' }, h('h2', {}, 'Lately'), this.events.element),
  );

  update(model: Model): void {
    this.latest = model;
    const all = judged(mergedProviders(model), model.at);
    const wanted = this.filter.value.trim().toLowerCase();
    const shown = all.filter(({ provider }) => provider.name.toLowerCase().includes(wanted));
    const rows = shown.map((each) => {
      let row = this.rows.get(each.provider.name);
      if (row === undefined) {
        row = new Row(each.provider.name);
        this.rows.set(each.provider.name, row);
        this.seen.observe(row.element);
      }
      row.set(each, model.at);
      return row.element;
    });
    arrange(this.body, rows);
    setText(this.count, String(all.length));
    this.filter.hidden = all.length < 10;
    this.events.set(
      model.events.filter(({ level }) => level !== 'debug'),
      model.hosts.size,
    );
  }

  /** Paper has no rows out of sight. */
  showAll(): void {
    for (const row of this.rows.values()) row.setSeen(true);
  }

  private rowOf(element: Element): Row | undefined {
    return [...this.rows.values()].find((row) => row.element === element);
  }
}

/** One provider. Nothing is written while it is out of sight. */
class Row {
  private readonly badge = new Badge();
  private readonly why = h('span', { class: 'why' });
  private readonly spark = new Sparkline();
  private readonly cells = new Map(
    COLUMNS.slice(1).map((name) => [name, h('td', { class: 'number', 'data-label': name })]),
  );
  readonly element: HTMLTableRowElement;
  private isSeen = true;
  private latest: [Judged, number] | undefined;

  constructor(name: string) {
    const link = h('a', { href: wayTo(name) }, name);
    this.element = h(
      'tr',
      {},
      h('th', { scope: 'row' }, link, this.badge.element, this.why),
      h('td', { class: 'spark-cell' }, this.spark.element),
      ...this.cells.values(),
    );
  }

  set(each: Judged, at: number): void {
    this.latest = [each, at];
    const { provider, verdict } = each;
    setAttribute(this.element, 'data-health', verdict.health);
    if (!this.isSeen) return;
    this.badge.set(verdict.health);
    setText(this.why, verdict.why);
    this.spark.draw(provider.seconds, at);
    for (const [name, text] of Object.entries(textsOf(provider))) {
      const cell = this.cells.get(name as (typeof COLUMNS)[number])!;
      setText(cell, text);
      setAttribute(cell, 'data-empty', text === '–' ? '' : undefined);
    }
  }

  setSeen(isSeen: boolean): void {
    this.isSeen = isSeen;
    if (isSeen && this.latest !== undefined) this.set(...this.latest);
  }
}

function textsOf(provider: Provider): Readonly<Record<string, string>> {
  const { ok, failed, refused, other, attempts, p50, p95, p99 } = provider.minute;
  const calls = ok + failed + refused + other;
  const bulkhead = fullestBulkhead(provider);
  const quota = shortestQuota(provider);
  const waiting = waitingCalls(provider);
  const cache = overMethods(provider, 'cache');
  const asked = cache === undefined ? 0 : cache.hits + cache.stale + cache.coalesced + cache.misses;
  return {
    Success: ok + failed + refused === 0 ? '–' : percent(ok / (ok + failed + refused)),
    'Calls/s': calls === 0 ? '–' : perSecond(calls),
    p50: duration(p50),
    p95: duration(p95),
    p99: duration(p99),
    Attempts: calls === 0 ? '–' : `${(attempts / calls).toFixed(2)}×`,
    'Budget left':
      quota === undefined ? '–' : `${number(Math.max(0, sizeOf(quota) - quota.used))} / ${number(sizeOf(quota))}`,
    Slots: bulkhead === undefined ? '–' : `${bulkhead.active} / ${bulkhead.limit}`,
    Waiting: waiting === undefined ? '–' : number(waiting),
    Cache: asked === 0 ? '–' : percent((asked - cache!.misses) / asked),
  };
}

/** The colours of the bars. */
function legend(): HTMLElement {
  const names = ['well', 'failed', 'refused', 'other'];
  return h('p', { class: 'legend' }, ...names.map((name) => h('span', { class: name }, name)));
}
