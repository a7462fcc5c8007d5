import type { JobAttempt } from '../driver/job.js';
import type { ClaimedJob } from '../driver/queue-driver.js';
import type { JobSettings } from '../jobs/job-settings.js';
import { againOrDead, type Verdict } from './verdict.js';

/**
 * The fate of a job whose name no processor of this process knows: it keeps its attempts and comes back, for a process
 * of another release may know it, and is dead after as many tries in a row as `settings` allows.
 */
export function verdictOnUnknown(
  job: ClaimedJob,
  parts: {
    readonly history: readonly JobAttempt[];
    readonly settings: JobSettings;
    readonly random: () => number;
  },
): Verdict {
  const { history, settings, random } = parts;
  const known = history.findLastIndex(({ failure }) => failure !== 'unknown-job');
  const tried = history.length - 1 - known;
  const verdict = againOrDead({
    job: { ...job, attempt: tried, attempts: undefined },
    settings,
    outcome: undefined,
    random,
    failure: 'unknown-job',
    reason: `this process has no processor for '${job.name}'`,
  });
  return verdict.to === 'dead' ? verdict : { ...verdict, burnt: false };
}
