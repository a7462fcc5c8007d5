import type { TransitionView } from '../../../src/wire/frame.js';
import { arrange, h, setAttribute } from './dom.js';
import { clock } from './format.js';

const SPAN_MS = 300_000;

interface Past {
  readonly history: readonly TransitionView[];
  readonly at: number;
}

/** The states of a circuit over the last five minutes, as a strip. */
export class Ribbon {
  private readonly strip = h('div', { class: 'strip', role: 'img' });
  private readonly caption: HTMLElement;
  readonly element: HTMLElement;

  /** `operation` is the method that has the circuit to itself. */
  constructor(private readonly operation?: string) {
    this.caption = h('span', { class: 'caption', title: operation }, operation ?? 'Circuit');
    this.element = h('div', { class: 'ribbon' }, this.caption, this.strip);
  }

  /** `history` may tell of other circuits as well. `button` controls this one. */
  set({ history, at }: Past, state: string, button?: HTMLElement): void {
    arrange(this.element, [this.caption, this.strip, ...(button === undefined ? [] : [button])]);
    const start = at - SPAN_MS;
    const recent = history.filter((change) => change.at > start && change.operation === this.operation);
    const parts: { state: string; from: number; to: number }[] = [];
    let from = start;
    for (const transition of recent) {
      parts.push({ state: transition.from, from, to: transition.at });
      from = transition.at;
    }
    parts.push({ state, from, to: at });
    while (this.strip.children.length > parts.length) this.strip.lastElementChild!.remove();
    while (this.strip.children.length < parts.length) this.strip.append(h('i'));
    parts.forEach((part, i) => {
      const element = this.strip.children[i] as HTMLElement;
      setAttribute(element, 'data-state', part.state);
      element.style.setProperty('left', `${((part.from - start) / SPAN_MS) * 100}%`);
      element.style.setProperty('width', `${((part.to - part.from) / SPAN_MS) * 100}%`);
    });
    const told = recent.map((transition) => `${transition.to} at ${clock(transition.at)}: ${transition.reason}`);
    setAttribute(
      this.strip,
      'aria-label',
      `Circuit${this.operation === undefined ? '' : ` of ${this.operation}`} ${state}. ${told.length === 0 ? 'No change in five minutes.' : told.slice(-8).join('; ')}`,
    );
  }
}
