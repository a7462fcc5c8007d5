import type { Clock } from '@breakwater/core';
import { SecretMissingError } from './secret-missing.error.js';

/** How long it is remembered that there is no such secret, in milliseconds. */
const REMEMBERED_MS = 10_000;
/** Names may come from the outside, such as those of tenants: more than these are not remembered. */
const MOST_REMEMBERED = 1000;

/** Secrets that are not to be had, and why. */
export class MissingSecrets {
  private readonly known = new Map<string, { readonly failure: string | undefined; readonly at: number }>();

  constructor(
    private readonly clock: Clock,
    /** The names of the sources that were asked. */
    private readonly sources: string,
  ) {}

  /** Whether a source has said a moment ago that there is no such secret. */
  has(name: string): boolean {
    const known = this.known.get(name);
    return known !== undefined && this.clock.now() - known.at < REMEMBERED_MS;
  }

  /** Notes that a secret is not there, or why that cannot be told. */
  note(name: string, failure: string | undefined): void {
    this.known.delete(name);
    this.known.set(name, { failure, at: this.clock.now() });
    if (this.known.size > MOST_REMEMBERED) this.known.delete(this.known.keys().next().value!);
  }

  forget(name: string): void {
    this.known.delete(name);
  }

  error(name: string): SecretMissingError {
    const known = this.known.get(name);
    if (known?.failure !== undefined) return new SecretMissingError(name, `it could not be read: ${known.failure}`);
    return new SecretMissingError(
      name,
      known === undefined ? 'it has not been loaded' : `no source has it (asked: ${this.sources})`,
    );
  }

  partError(name: string, part: string | undefined): SecretMissingError {
    if (part === undefined) return new SecretMissingError(name, 'it is empty');
    return new SecretMissingError(name, 'it has no such part, or is no JSON object');
  }
}
