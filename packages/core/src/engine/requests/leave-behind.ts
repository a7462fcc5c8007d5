import { isInDoubt, REFUSED, type Outcome } from '../../outcome/outcome.js';
import type { SentRequests } from './sent-requests.js';

/** An attempt, and the call of the operation that it is an attempt of. */
interface Attempt {
  requests: SentRequests | undefined;
  inDoubt: boolean;
  readonly operationCall: Attempt | undefined;
}

/** Tells the operation what an attempt has left that was no plain success. */
export function leaveBehind(attempt: Attempt, outcome: Outcome): void {
  const { requests, operationCall } = attempt;
  if (outcome.kind === 'not-sent') requests?.noteUnsent();
  // A refusal by another provider may have come after something was done.
  const doubtful = isInDoubt(outcome) || (outcome.kind === 'refused' && outcome !== REFUSED);
  if (doubtful) attempt.inDoubt = true;
  for (let call = operationCall; call !== undefined; call = call.operationCall) {
    const inDoubt = doubtful || call.inDoubt;
    // The requests of its last attempt are its own.
    if (requests !== undefined) call.requests = requests;
    if (inDoubt) call.inDoubt = true;
  }
}
