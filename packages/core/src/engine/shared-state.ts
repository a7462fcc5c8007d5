import type { Clock } from '../time/clock.js';

/** State that several policies of a provider share. Each provider has its own, made for the first policy that asks. */
export class SharedState<T> {
  /** `make` is called once for each provider, with its clock. */
  constructor(readonly make: (clock: Clock) => T) {}
}
