import { AbortState } from './abort-state.js';
import { LiveCall, type LiveWork } from './live-call.js';
import { Nesting } from './nesting.js';
import { SentRequests } from './requests/sent-requests.js';

/** A call for one attempt: it can be aborted alone, and is aborted with its operation. */
export function childAttempt(operation: LiveCall, attempt: number): LiveCall {
  const call = copyForAttempt(operation, attempt);
  // The first attempt begins where the operation does.
  if (attempt === 1) call.time = operation.time;
  call.abortable = operation.abortable;
  if (operation.aborted) call.abort(operation.reason, operation.cancelled);
  (operation.abortState ??= new AbortState()).attempt = call;
  return call;
}

/** A call for another attempt at the same operation. Carries over none of this attempt's state. */
export function copyForAttempt(operation: LiveCall, attempt: number): LiveCall {
  const call = copyForWork(operation, operation.work);
  call.attempt = attempt;
  call.operationCall = operation;
  return call;
}

/**
 * A call for one of several attempts side by side, which count as one. Only its creator aborts it. `another`: one was
 * begun before it.
 */
export function siblingAttempt(operation: LiveCall, another = false): LiveCall {
  const call = copyForAttempt(operation, operation.attempt);
  if (another) (call.requests = new SentRequests()).besideAnother = true;
  call.time = operation.time;
  call.abortable = true;
  return call;
}

/** A call for other work of the same operation, such as finding out what an earlier run has done. */
export function callForWork(operation: LiveCall, work: LiveWork): LiveCall {
  const call = copyForWork(operation, work);
  call.abortable = true;
  if (operation.aborted) call.abort(operation.reason, operation.cancelled);
  return call;
}

/** A copy for background work: no inherited deadline, and only its creator can abort it. */
export function detachedCopy(operation: LiveCall): LiveCall {
  const call = copyForAttempt(operation, 1);
  call.limit = call.operationCall = undefined;
  (call.nesting ??= new Nesting<LiveCall>()).detached = true;
  call.abortable = operation.abortable;
  return call;
}

/** The parts of a call that all work of its operation has in common. */
function copyForWork(of: LiveCall, work: LiveWork): LiveCall {
  const call = new LiveCall(of.origin, of.operation, of.args, work);
  call.limit = of.limit;
  call.carriedKey = of.carriedKey;
  call.key = of.key;
  call.receiver = of.receiver;
  if (of.nesting !== undefined) call.nesting = of.nesting.copy();
  return call;
}
