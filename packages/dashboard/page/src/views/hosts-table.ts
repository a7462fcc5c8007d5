import type { ProviderView } from '../../../src/wire/frame.js';
import { worstCircuit } from '../state/policies.js';
import { arrange, h, setText } from '../ui/dom.js';
import { duration, percent, perSecond } from '../ui/format.js';

const COLUMNS = ['Circuit', 'Calls/s', 'Success', 'p95'] as const;

/** A provider as each host sees it. Rows stay while their numbers change. */
export class HostsTable {
  private readonly title = h('h3');
  private readonly body = h('tbody');
  private readonly rows = new Map<string, { readonly element: HTMLElement; readonly cells: readonly HTMLElement[] }>();
  readonly element = h(
    'section',
    { class: 'hosts' },
    this.title,
    h(
      'table',
      { 'aria-label': 'Hosts' },
      h(
        'thead',
        {},
        h('tr', {}, ...['Host', ...COLUMNS].map((name, i) => h('th', { scope: 'col', class: classOf(i) }, name))),
      ),
      this.body,
    ),
  );

  set(byHost: ReadonlyMap<string, ProviderView>): void {
    this.element.hidden = byHost.size < 2;
    if (this.element.hidden) return;
    setText(this.title, `${byHost.size} hosts`);
    const elements = [...byHost].map(([host, view]) => {
      const { element, cells } = this.rowOf(host);
      textsOf(view).forEach((text, i) => setText(cells[i]!, text));
      return element;
    });
    arrange(this.body, elements);
  }

  private rowOf(host: string) {
    const standing = this.rows.get(host);
    if (standing !== undefined) return standing;
    const cells = COLUMNS.map((_, i) => h('td', { class: classOf(i + 1) }));
    const row = { element: h('tr', {}, h('th', { scope: 'row' }, host), ...cells), cells };
    this.rows.set(host, row);
    return row;
  }
}

/** The name and the circuit are words, and all others are numbers. */
function classOf(column: number): string | undefined {
  return column > 1 ? 'number' : undefined;
}

function textsOf(view: ProviderView): readonly string[] {
  const { ok, failed, refused, other, p95 } = view.minute;
  const judged = ok + failed + refused;
  return [
    worstCircuit(view)?.state ?? '–',
    perSecond(judged + other),
    judged === 0 ? '–' : percent(ok / judged),
    duration(p95),
  ];
}
