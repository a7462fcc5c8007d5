import type { TransitionView } from '../../../src/wire/frame.js';
import { arrange, h } from './dom.js';
import { Ribbon } from './ribbon.js';

interface CircuitSeen {
  readonly operation?: string;
  readonly state: string;
}

/** A strip for each circuit of a provider. */
export class Ribbons {
  private readonly all = new Map<string | undefined, Ribbon>();
  readonly element = h('div', { class: 'ribbons' });

  set(circuits: readonly CircuitSeen[], history: readonly TransitionView[], at: number): void {
    const elements = circuits.map(({ operation, state }) => {
      let ribbon = this.all.get(operation);
      if (ribbon === undefined) this.all.set(operation, (ribbon = new Ribbon(operation)));
      ribbon.set(history, state, at);
      return ribbon.element;
    });
    arrange(this.element, elements);
    this.element.hidden = elements.length === 0;
  }
}
