import { arrange, h } from './dom.js';
import { Ribbon } from './ribbon.js';

type Past = Parameters<Ribbon['set']>[0];

interface CircuitSeen {
  readonly operation?: string;
  readonly state: string;
}

/** A strip for each circuit of a provider. */
export class Ribbons {
  private readonly all = new Map<string | undefined, Ribbon>();
  readonly element = h('div', { class: 'ribbons' });

  /** `button` is what controls the circuit of a method. */
  set(
    circuits: readonly CircuitSeen[],
    past: Past,
    button: (operation: string | undefined) => HTMLElement | undefined,
  ): void {
    const elements = circuits.map(({ operation, state }) => {
      let ribbon = this.all.get(operation);
      if (ribbon === undefined) this.all.set(operation, (ribbon = new Ribbon(operation)));
      ribbon.set(past, state, button(operation));
      return ribbon.element;
    });
    arrange(this.element, elements);
    this.element.hidden = elements.length === 0;
  }
}
