import type { Control } from '../../../src/wire/control.js';
import { mergedProvider, type Provider } from '../state/merge.js';
import type { Model } from '../state/model.js';
import { policiesOf } from '../state/policies.js';
import { verdictOf } from '../state/verdict.js';
import { Badge } from '../ui/badge.js';
import { CallsChart, DurationsChart } from '../ui/charts.js';
import { h, setText } from '../ui/dom.js';
import { FactGroups } from '../ui/fact-groups.js';
import { duration, number, percent, perSecond } from '../ui/format.js';
import { Ribbons } from '../ui/ribbons.js';
import { CircuitControls } from './circuit-controls.js';
import { EventList } from './event-list.js';
import { HostsTable } from './hosts-table.js';
import { factsOf } from './policy-facts.js';
import type { View } from './view.js';

/** One provider in detail. */
export class ProviderDetail implements View {
  readonly title: string;
  private readonly badge = new Badge();
  private readonly why = h('p', { class: 'why' });
  private readonly figures = h('dl', { class: 'figures' });
  private readonly values = new Map<string, HTMLElement>();
  private readonly ribbons = new Ribbons();
  private readonly calls = new CallsChart();
  private readonly durations = new DurationsChart();
  private readonly facts = new FactGroups();
  private readonly events = new EventList(false, 40);
  private readonly controls: CircuitControls;
  private readonly hosts = new HostsTable();
  private readonly body: HTMLElement;
  private readonly missing = h('p', { class: 'none', hidden: true }, 'There is no such provider.');
  readonly element: HTMLElement;

  constructor(
    private readonly name: string,
    use: (control: Control) => void,
  ) {
    this.title = name;
    this.controls = new CircuitControls(name, use);
    for (const term of ['success', 'calls/s', 'under way', 'p50', 'p95', 'p99', 'attempts per call', 'since start']) {
      const value = h('dd');
      this.values.set(term, value);
      this.figures.append(h('div', {}, h('dt', {}, term), value));
    }
    this.body = h(
      'div',
      {},
      this.figures,
      h(
        'div',
        { class: 'charts' },
        this.ribbons.element,
        h('figure', {}, h('figcaption', {}, 'Calls per second'), this.calls.element),
        h('figure', {}, h('figcaption', {}, 'Durations'), this.durations.element),
      ),
      this.hosts.element,
      h('h2', { class: 'unseen' }, 'Policies'),
      this.facts.element,
      h('section', { class: 'recent' }, h('h2', {}, 'Lately'), this.events.element),
    );
    this.element = h(
      'section',
      { class: 'provider', 'aria-labelledby': 'provider-title' },
      h('a', { href: '#/', class: 'back' }, '← All third parties'),
      h('header', { class: 'bar' }, h('h2', { id: 'provider-title' }, name), this.badge.element, this.controls.element),
      this.why,
      this.missing,
      this.body,
    );
  }

  update(model: Model): void {
    const provider = mergedProvider(model, this.name);
    this.body.hidden = provider === undefined;
    // Until the first frame nothing is known of any.
    this.missing.hidden = provider !== undefined || model.at === 0;
    if (provider === undefined) return;
    const verdict = verdictOf(provider, model.at);
    this.badge.set(verdict.health);
    setText(this.why, verdict.why === '' ? '' : `${verdict.why[0]!.toUpperCase()}${verdict.why.slice(1)}.`);
    this.setFigures(provider);
    const circuits = policiesOf(provider, 'circuitBreaker');
    this.controls.set(circuits, model.greeting.allowed);
    this.ribbons.set(circuits, { history: provider.history, at: model.at }, (own) => this.controls.buttonOf(own));
    this.calls.set(provider.seconds, model.at);
    this.durations.set(provider.slices, model.at);
    this.facts.set(factsOf(provider));
    this.events.set(
      model.events.filter((event) => event.provider === this.name),
      model.hosts.size,
    );
    this.hosts.set(provider.byHost);
  }

  private setFigures({ minute, active, total }: Provider): void {
    const { ok, failed, refused, other, attempts, p50, p95, p99 } = minute;
    const calls = ok + failed + refused + other;
    const texts: Readonly<Record<string, string>> = {
      success: ok + failed + refused === 0 ? '–' : percent(ok / (ok + failed + refused)),
      'calls/s': perSecond(calls),
      'under way': number(active),
      p50: duration(p50),
      p95: duration(p95),
      p99: duration(p99),
      'attempts per call': calls === 0 ? '–' : (attempts / calls).toFixed(2),
      'since start': `${number(total.ok)} well, ${number(total.failed)} failed, ${number(total.refused)} refused`,
    };
    for (const [term, text] of Object.entries(texts)) setText(this.values.get(term)!, text);
  }
}
