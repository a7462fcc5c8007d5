import type { Control } from '../../../src/wire/control.js';
import type { Model } from '../state/model.js';
import { arrange, h } from '../ui/dom.js';
import { QueuePanel } from './queue-panel.js';
import type { View } from './view.js';

/** The queues of jobs, and their dead letters. */
export class Jobs implements View {
  readonly title = 'Jobs';
  private readonly panels = new Map<string, QueuePanel>();
  private readonly queues = h('div', { class: 'queues' });
  private readonly none = h('p', { class: 'none' }, 'No queue is there.');
  readonly element = h(
    'section',
    { class: 'jobs', 'aria-labelledby': 'jobs-title' },
    h('header', { class: 'bar' }, h('h2', { id: 'jobs-title' }, 'Jobs')),
    this.queues,
    this.none,
  );

  constructor(private readonly use: (control: Control) => void) {}

  update({ hosts, greeting, at }: Model): void {
    // Hosts that share a driver show the same queues: those of the host that serves the page come first.
    const own = hosts.get(greeting.host)?.queues ?? [];
    const names = new Set(own.map(({ name }) => name));
    const others = [...hosts.values()]
      .flatMap(({ queues }) => queues)
      .filter(({ name }) => !names.has(name) && names.add(name));
    const allowed = new Set(greeting.allowed);
    const elements = [...own, ...others].map((queue) => {
      const panel = this.panelOf(queue.name);
      panel.set(queue, allowed, at);
      return panel.element;
    });
    arrange(this.queues, elements);
    this.none.hidden = elements.length > 0;
  }

  private panelOf(name: string): QueuePanel {
    let panel = this.panels.get(name);
    if (panel === undefined) this.panels.set(name, (panel = new QueuePanel(name, this.use)));
    return panel;
  }
}
