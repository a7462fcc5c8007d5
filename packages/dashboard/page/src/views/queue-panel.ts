import type { DeadLetterSnapshot, QueueSnapshot } from '@breakwater/core/adapter';
import type { Control } from '../../../src/wire/control.js';
import { arrange, h, setAttribute, setText } from '../ui/dom.js';
import { moment, number } from '../ui/format.js';

const FACTS = {
  waiting: 'waiting',
  delayed: 'delayed',
  active: 'active',
  completed: 'done',
  failed: 'failed',
  dead: 'dead',
} as const;
type Counted = keyof typeof FACTS;

/**
 * One queue. Its elements stay while its numbers change: a button that was made anew each second would lose the click
 * that falls between, and a screen reader would be told of it anew.
 */
export class QueuePanel {
  private readonly held = h('span');
  private readonly badge = h(
    'span',
    { class: 'badge', 'data-health': 'strained' },
    h('i', { class: 'mark', 'aria-hidden': 'true' }),
    this.held,
  );
  private readonly button = h('button', { type: 'button', onclick: () => this.pauseOrResume() });
  private readonly values = new Map<Counted, HTMLElement>();
  private readonly letters: HTMLElement;
  private readonly items = new Map<string, HTMLElement>();
  private isPaused = false;
  readonly element: HTMLElement;

  constructor(
    private readonly name: string,
    private readonly use: (control: Control) => void,
  ) {
    const facts = (Object.keys(FACTS) as Counted[]).map((count) => {
      const value = h('dd');
      this.values.set(count, value);
      return h('div', {}, h('dt', {}, FACTS[count]), value);
    });
    this.letters = h('ol', { class: 'events letters', 'aria-label': `Dead letters of ${name}` });
    this.element = h(
      'article',
      { class: 'queue', 'aria-label': `Queue ${name}` },
      h('header', {}, h('h3', {}, name, this.badge), this.button),
      h('dl', { class: 'facts' }, ...facts),
      this.letters,
    );
  }

  /** `allowed` are the controls that the reader may use; `at` is now. */
  set(queue: QueueSnapshot, allowed: ReadonlySet<string>, at: number): void {
    const { paused, deadLetters = [] } = queue;
    this.isPaused = paused;
    const held = paused ? 'paused' : heldBack(queue.held);
    setText(this.held, held ?? '');
    this.badge.hidden = held === undefined;
    const verb = paused ? 'Resume' : 'Pause';
    setText(this.button, verb);
    setAttribute(this.button, 'aria-label', `${verb} ${this.name}`);
    this.button.hidden = !allowed.has(paused ? 'queue.resume' : 'queue.pause');
    for (const [count, element] of this.values) setText(element, number(queue[count]));
    this.setLetters(deadLetters, allowed.has('queue.replay'), at);
  }

  private setLetters(letters: readonly DeadLetterSnapshot[], mayReplay: boolean, at: number): void {
    this.letters.hidden = letters.length === 0;
    const shown = new Map(letters.map((letter) => [`${letter.id} ${letter.at} ${mayReplay}`, letter]));
    for (const key of this.items.keys()) if (!shown.has(key)) this.items.delete(key);
    const elements = [...shown].map(([key, letter]) => {
      let item = this.items.get(key);
      if (item === undefined) this.items.set(key, (item = this.letter(letter, mayReplay)));
      setText(item.querySelector('time')!, moment(letter.at, at));
      return item;
    });
    arrange(this.letters, elements);
  }

  private letter({ id, job, reason, at }: DeadLetterSnapshot, mayReplay: boolean): HTMLElement {
    const onclick = () => this.use({ action: 'queue.replay', target: this.name, id });
    return h(
      'li',
      {},
      h('time', { datetime: new Date(at).toISOString() }),
      h('span', { class: 'what' }, h('b', {}, job), ` – ${reason}`),
      h('span', { class: 'where' }, id),
      mayReplay && h('button', { type: 'button', 'aria-label': `Replay ${job} ${id}`, onclick }, 'Replay'),
    );
  }

  private pauseOrResume(): void {
    this.use({ action: this.isPaused ? 'queue.resume' : 'queue.pause', target: this.name });
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
