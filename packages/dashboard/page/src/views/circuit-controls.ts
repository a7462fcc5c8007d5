import type { Control, ControlName } from '../../../src/wire/control.js';
import type { Snapshot } from '../state/policies.js';
import { h } from '../ui/dom.js';
import { answerTo, type Choice } from '../ui/question.js';

type Circuit = Snapshot<'circuitBreaker'>;

interface CircuitChoice extends Choice {
  readonly action: ControlName;
  readonly text: string;
  title(circuit: string): string;
}

const CHOICES: readonly CircuitChoice[] = [
  {
    action: 'circuit.isolate',
    verb: 'Isolate',
    grave: true,
    title: (circuit) => `Isolate ${circuit}?`,
    text: 'Every call is refused, on every host, until you reset the circuit.',
  },
  {
    action: 'circuit.open',
    verb: 'Open',
    grave: true,
    title: (circuit) => `Open the circuit of ${circuit}?`,
    text: 'Calls are refused as if the provider had failed; it tries again in its time.',
  },
  {
    action: 'circuit.close',
    verb: 'Close',
    grave: false,
    title: (circuit) => `Close the circuit of ${circuit}?`,
    text: 'All calls go out at once, whether the provider is back or not.',
  },
  {
    action: 'circuit.reset',
    verb: 'Reset',
    grave: false,
    title: (circuit) => `Reset the circuit of ${circuit}?`,
    text: 'It closes and forgets what it has counted.',
  },
];

/** The controls of a provider's circuits: buttons for the one that its methods share, one button for each other. */
export class CircuitControls {
  readonly element = h('div', { class: 'actions' });
  private circuits: readonly Circuit[] = [];
  private choices: readonly CircuitChoice[] = [];
  private shown = '';
  private readonly own = new Map<string, HTMLElement>();

  constructor(
    private readonly provider: string,
    private readonly use: (control: Control) => void,
  ) {}

  /** `allowed` are the controls that the reader may use. */
  set(circuits: readonly Circuit[], allowed: readonly string[]): void {
    this.circuits = circuits;
    this.choices = CHOICES.filter(({ action }) => allowed.includes(action));
    const isShared = circuits.some(({ operation }) => operation === undefined);
    const shown = isShared ? this.choices.map(({ action }) => action).join() : '';
    if (shown === this.shown) return;
    this.shown = shown;
    this.element.replaceChildren(...(isShared ? this.choices.map((choice) => this.button(choice)) : []));
  }

  /** The button for the circuit that a method has to itself; `undefined` where the reader may use no control. */
  buttonOf(operation: string | undefined): HTMLElement | undefined {
    if (operation === undefined || this.choices.length === 0) return undefined;
    const standing = this.own.get(operation);
    if (standing !== undefined) return standing;
    const label = `Control the circuit of ${operation}`;
    const onclick = () => void this.askOf(operation);
    const button = h('button', { type: 'button', 'aria-label': label, 'aria-haspopup': 'dialog', onclick }, 'Control…');
    this.own.set(operation, button);
    return button;
  }

  private button(choice: CircuitChoice): HTMLElement {
    const onclick = () => void this.askOfShared(choice);
    return h('button', { type: 'button', class: choice.grave ? 'grave' : undefined, onclick }, choice.verb);
  }

  private async askOfShared({ action, title, text, verb, grave }: CircuitChoice): Promise<void> {
    const others = this.circuits.flatMap(({ operation }) => operation ?? []);
    const besides =
      others.length === 0 ? '' : ` Methods with a circuit of their own are not concerned: ${others.join(', ')}.`;
    const question = { title: title(this.provider), text: `${text}${this.watching(undefined)}${besides}` };
    if (await answerTo({ ...question, choices: [{ verb, grave }] })) this.use({ action, target: this.provider });
  }

  private async askOf(operation: string): Promise<void> {
    const state = this.circuits.find((circuit) => circuit.operation === operation)?.state;
    const chosen = await answerTo({
      title: `The circuit of ${operation}`,
      text: `It ${state === undefined ? '' : `is ${state}, and `}concerns this method alone: the circuit of ${this.provider} stays as it is.${this.watching(operation)}`,
      choices: this.choices,
    });
    if (chosen !== undefined) this.use({ action: chosen.action, target: this.provider, operation });
  }

  private watching(owner: string | undefined): string {
    const isWatching = this.circuits.some(({ operation, mode }) => operation === owner && mode === 'metricsOnly');
    return isWatching ? ' It only watches: whatever its state, it refuses nothing.' : '';
  }
}
