import type { Fault } from '@breakwater/core';
import type { Layer, ProviderHttp } from '@breakwater/core/adapter';
import type { GenericSchema } from 'valibot';
import type { SecretReader } from './fields/secret-reader.js';

/**
 * A part of a provider's settings that this package reads itself, such as `http` and `webhook`. The engine reads the
 * rest.
 */
export interface Section<T = unknown> {
  readonly name: string;
  readonly schema: GenericSchema<unknown, T>;
  /** Options whose keys are names of HTTP headers and whose values are text, whatever they look like. */
  readonly headerOptions?: readonly string[];
  /**
   * True where what the section configures reads `currentCall()` after an `await`, so that calls have to be tracked.
   */
  readonly readsCalls?: boolean;
  /** How the provider is reached over HTTP, where the section says so. `read` returns the section as it is now. */
  reach?(read: () => T | undefined, secrets: SecretReader): ProviderHttp;
  /** Options that hold credentials, such as `auth`: nothing that is given in them is shown in messages. */
  readonly credentials: readonly string[];
  /** Whether text may be shown that was given for an option and is wrong, beside what can be a secret nowhere. */
  shows?(option: string, text: string): boolean;
  /** The options of `standing` that `given` replaces as a whole instead of being merged into them. */
  replaced?(standing: Layer, given: Layer): readonly string[];
  /** Faults beyond the form: secrets that are not set, and options that do not fit each other. */
  faults(section: GivenSection<T>, secrets: SecretReader, path: string): readonly Fault[];
}

/** A section as it was given, right or wrong, and as it was read where its form is right. */
export interface GivenSection<T> {
  readonly given: unknown;
  readonly settings: T | undefined;
}
