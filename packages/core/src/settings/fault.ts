import { onOneLine } from '../values/printed.js';

/** One thing that is wrong with the settings. */
export interface Fault {
  /** Where, for example `resilience.providers.payments.retry.attempts`. */
  readonly path: string;
  /** Says what is wrong, what was given, and what would be right. */
  readonly message: string;
}

/** The settings cannot be used. Lists every fault, one a line. */
export class ResilienceConfigurationError extends Error {
  override readonly name = 'ResilienceConfigurationError';
  readonly code = 'RESILIENCE_CONFIGURATION';

  constructor(readonly faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  ${onOneLine(`${fault.path}: ${fault.message}`)}`);
    super(
      `${faults.length === 1 ? '1 fault' : `${faults.length} faults`} in the resilience settings:\n${lines.join('\n')}`,
    );
  }
}
