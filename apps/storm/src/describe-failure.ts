import { Interruption } from './ending.js';
import { ServiceDiedError } from './services/service-died-error.js';

/** Says to a person why a run ended early. */
export function describeFailure(error: unknown): string {
  if (error instanceof ServiceDiedError) return `${error.message}\n${error.stderrTail}`.trimEnd() + '\n';
  if (error instanceof Interruption) return `${error.message}\n`;
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
