import type { Clock, Duration } from '@breakwater/core';

/** A secret as its source knows it now. */
export interface SecretVersion {
  readonly value: string;
  /** Differs for every value that the secret has had, and never tells anything of one. */
  readonly version: string;
  /** The parts that `secret('name#part')` refers to, where the source keeps parts. Default: those of a JSON `value`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** When the value ends, in epoch milliseconds, where the source says so. */
  readonly notAfter?: number;
  /** When the value became the current one, in epoch milliseconds, where the source says so. */
  readonly since?: number;
  /** The value before this one, where the source still has it. Signatures made with it stay valid for a while. */
  readonly previous?: Pick<SecretVersion, 'value' | 'fields'>;
}

/** The parts that a source gets from the application that opens it. */
export interface SourceParts {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Says that secrets of this source may have changed. */
  readonly changed: () => void;
}

/**
 * Where secrets come from. An answer of `undefined` says that the source has no such secret; that it cannot tell is an
 * error, so that no other source answers in its place. Its errors hold no value of a secret and no credential of its
 * own: a `SecretSourceError` is made for that.
 */
export interface SecretSource {
  /** For messages, such as `'vault'`. */
  readonly name: string;
  /** How often its secrets are looked at anew. */
  readonly refresh: Duration;
  get(name: string): Promise<SecretVersion | undefined>;
  /** The same for several at once, where they can be had as of one moment. A name without a secret is left out. */
  getAll?(names: readonly string[]): Promise<ReadonlyMap<string, SecretVersion>>;
  /** Is called once before anything is asked. A timer of its own keeps no process alive. */
  open?(parts: SourceParts): void | Promise<void>;
  /** Ends its timers and watches. May come before `open`, and several times. */
  close?(): void | Promise<void>;
}
