import type { DeadLetterSnapshot, QueueSnapshot } from '@breakwater/core/adapter';
import type { Control } from '../../../src/wire/control.js';
import type { Model } from '../state/model.js';
import { h } from '../ui/dom.js';
import { moment, number } from '../ui/format.js';
import type { View } from './view.js';

/** The queues of jobs, and their dead letters. */
export class Jobs implements View {
  readonly title = 'Jobs';
  private shown = '';
  private at = 0;
  private readonly body = h('div', { class: 'queues' });
  readonly element = h(
    'section',
    { class: 'jobs', 'aria-labelledby': 'jobs-title' },
    h('header', { class: 'bar' }, h('h2', { id: 'jobs-title' }, 'Jobs')),
    this.body,
  );

  constructor(private readonly use: (control: Control) => void) {}

  update({ hosts, greeting, at }: Model): void {
    this.at = at;
    // Hosts that share a driver show the same queues: those of the host that serves the page come first.
    const own = hosts.get(greeting.host)?.queues ?? [];
    const names = new Set(own.map(({ name }) => name));
    const others = [...hosts.values()]
      .flatMap(({ queues }) => queues)
      .filter(({ name }) => !names.has(name) && names.add(name));
    const queues = [...own, ...others];
    const shown = JSON.stringify([queues, greeting.allowed]);
    if (shown === this.shown) return;
    this.shown = shown;
    const focused = document.activeElement?.id;
    this.body.replaceChildren(
      ...queues.map((queue) => this.queue(queue, new Set(greeting.allowed))),
      ...(queues.length === 0 ? [h('p', { class: 'none' }, 'No queue is there.')] : []),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private queue(queue: QueueSnapshot, allowed: ReadonlySet<string>): HTMLElement {
    const { name, paused, deadLetters = [] } = queue;
    const held = paused ? 'paused' : heldBack(queue.held);
    const action = paused ? 'queue.resume' : 'queue.pause';
    const facts = [
      ['waiting', queue.waiting],
      ['delayed', queue.delayed],
      ['active', queue.active],
      ['done', queue.completed],
      ['failed', queue.failed],
      ['dead', queue.dead],
    ] as const;
    return h(
      'article',
      { class: 'queue', 'data-paused': paused },
      h(
        'header',
        {},
        h(
          'h3',
          {},
          name,
          held !== undefined &&
            h(
              'span',
              { class: 'badge', 'data-health': 'strained' },
              h('i', { class: 'mark', 'aria-hidden': 'true' }),
              held,
            ),
        ),
        allowed.has(action) &&
          h(
            'button',
            { id: `pause-${name}`, type: 'button', onclick: () => this.use({ action, target: name }) },
            paused ? 'Resume' : 'Pause',
          ),
      ),
      h(
        'dl',
        { class: 'facts' },
        ...facts.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, number(value)))),
      ),
      deadLetters.length > 0 && this.letters(name, deadLetters, allowed.has('queue.replay')),
    );
  }

  private letters(queue: string, letters: readonly DeadLetterSnapshot[], mayReplay: boolean): HTMLElement {
    return h(
      'ol',
      { class: 'events letters', 'aria-label': `Dead letters of ${queue}` },
      ...letters.map(({ id, job, reason, at }) =>
        h(
          'li',
          {},
          h('time', { datetime: new Date(at).toISOString() }, moment(at, this.at)),
          h('span', { class: 'what' }, h('b', {}, job), ` – ${reason}`),
          h('span', { class: 'where' }, id),
          mayReplay &&
            h(
              'button',
              {
                id: `replay-${id}`,
                type: 'button',
                'aria-label': `Replay ${job} ${id}`,
                onclick: () => this.use({ action: 'queue.replay', target: queue, id }),
              },
              'Replay',
            ),
        ),
      ),
    );
  }
}

const HOLDS: Readonly<Record<string, string>> = {
  'circuit-open': 'held back: the circuit is open',
  'rate-limited': 'held back: the quota is spent',
};

/** Why no job is begun, in words; queues of other packages have their own. */
function heldBack(held: string | undefined): string | undefined {
  return held === undefined ? undefined : (HOLDS[held] ?? `held back: ${held}`);
}
