/** The controls of an operator. */
export const CONTROLS = [
  'circuit.isolate',
  'circuit.open',
  'circuit.close',
  'circuit.reset',
  'queue.pause',
  'queue.resume',
  'queue.replay',
] as const;

/** A control of the page, as `authorize` is asked about it. */
export type ControlName = (typeof CONTROLS)[number];

/** One use of a control: `target` is a provider, or a queue. */
export interface Control {
  readonly action: ControlName;
  readonly target: string;
  /** The method that has the circuit to itself; absent for the one that the provider's methods share. */
  readonly operation?: string;
  /** The dead letter that is sent back to work. */
  readonly id?: string;
}

/** The header without which no control is used: a page of another origin cannot send it unasked. */
export const CONTROL_HEADER = 'x-breakwater-control';
