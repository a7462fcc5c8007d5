import type { Health } from '../state/verdict.js';
import { h, setAttribute, setText } from './dom.js';

export const HEALTH_WORDS: Readonly<Record<Health, string>> = {
  refusing: 'refused',
  failing: 'failing',
  recovering: 'coming back',
  strained: 'strained',
  well: 'well',
  idle: 'quiet',
  off: 'off',
};

/** How a provider is, as a word with a mark whose shape differs as well as its colour. */
export class Badge {
  private readonly word = h('span');
  readonly element = h('span', { class: 'badge' }, h('i', { class: 'mark', 'aria-hidden': 'true' }), this.word);

  set(health: Health): void {
    setAttribute(this.element, 'data-health', health);
    setText(this.word, HEALTH_WORDS[health]);
  }
}
