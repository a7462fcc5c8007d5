import type { HostEvent, Model } from '../state/model.js';
import { h } from '../ui/dom.js';
import { EventList } from './event-list.js';
import type { View } from './view.js';

const KINDS: Readonly<Record<string, (event: HostEvent) => boolean>> = {
  All: () => true,
  Circuits: ({ type }) => type.startsWith('circuitBreaker.') && !type.endsWith('.refused'),
  Refusals: ({ type }) => type.endsWith('.refused'),
  'Retries and timeouts': ({ type }) => /^(?:retry|hedge|timeout|fallback)\./.test(type),
  Jobs: ({ type }) => type.startsWith('queue.'),
  Webhooks: ({ type }) => type.startsWith('webhook.'),
  Operators: ({ type }) => type.startsWith('dashboard.'),
};

/** Everything that has happened lately. */
export class Activity implements View {
  readonly title = 'Activity';
  private kind = 'All';
  private latest: Model | undefined;
  private readonly list = new EventList(true, 150);
  readonly element = h(
    'section',
    { class: 'activity', 'aria-labelledby': 'activity-title' },
    h(
      'header',
      { class: 'bar' },
      h('h2', { id: 'activity-title' }, 'Activity'),
      h(
        'fieldset',
        { class: 'choices' },
        h('legend', { class: 'unseen' }, 'Which events'),
        ...Object.keys(KINDS).map((kind) =>
          h(
            'label',
            {},
            h('input', {
              type: 'radio',
              name: 'kind',
              value: kind,
              checked: kind === 'All',
              onchange: () => this.choose(kind),
            }),
            h('span', {}, kind),
          ),
        ),
      ),
    ),
    this.list.element,
  );

  update(model: Model): void {
    this.latest = model;
    this.list.set(model.events.filter(KINDS[this.kind]!), model.hosts.size);
  }

  private choose(kind: string): void {
    this.kind = kind;
    if (this.latest !== undefined) this.update(this.latest);
  }
}
