import type { HostEvent } from '../state/model.js';
import { arrange, h, setText } from '../ui/dom.js';
import { clock, wayTo, words } from '../ui/format.js';

/** Recent events, the latest first. */
export class EventList {
  private readonly items = new Map<string, { element: HTMLLIElement; count: HTMLElement }>();
  private readonly list = h('ol', { class: 'events' });
  private readonly none = h('p', { class: 'none' }, 'Nothing yet.');
  readonly element = h('div', {}, this.list, this.none);

  constructor(
    private readonly showsProvider: boolean,
    private readonly most: number,
  ) {}

  set(events: readonly HostEvent[], hosts: number): void {
    const shown = events.slice(0, this.most);
    const keys = new Set<string>();
    const elements = shown.map((event) => {
      const key = `${event.hostId} ${event.host} ${Math.floor(event.at / 1000)} ${event.type} ${event.provider} ${event.operation} ${event.reason}`;
      keys.add(key);
      let item = this.items.get(key);
      if (item === undefined) this.items.set(key, (item = this.make(event, hosts > 1)));
      setText(item.count, event.count > 1 ? `× ${event.count}` : '');
      return item.element;
    });
    for (const key of this.items.keys()) if (!keys.has(key)) this.items.delete(key);
    arrange(this.list, elements);
    this.none.hidden = shown.length > 0;
  }

  private make(event: HostEvent, showsHost: boolean) {
    const count = h('span', { class: 'times' });
    const element = h(
      'li',
      { 'data-level': event.level },
      h('time', { datetime: new Date(event.at).toISOString() }, clock(event.at)),
      this.showsProvider &&
        h('a', { href: wayTo(event.provider), class: 'who', title: event.provider }, event.provider),
      h(
        'span',
        { class: 'what' },
        h('b', {}, titleOf(event.type)),
        event.reason === '' ? undefined : ` – ${event.reason}`,
        count,
      ),
      h('span', { class: 'where' }, [event.operation, showsHost ? event.host : undefined].filter(Boolean).join(' · ')),
    );
    return { element, count };
  }
}

/** Events of queues are told of their jobs. */
const TITLES: Readonly<Record<string, string>> = {
  'queue.failed': 'job failed',
  'queue.returned': 'job sent back',
  'queue.dead': 'job dead',
  'queue.held': 'jobs held back',
  'queue.resumed': 'jobs go on',
};

function titleOf(type: string): string {
  const [policy = '', what = ''] = type.split('.');
  return TITLES[type] ?? `${words(policy)} ${words(what)}`;
}
