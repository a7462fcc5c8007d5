import { SystemClock } from '@breakwater/core';
import { attemptDeadline, type LiveCall } from '@breakwater/core/adapter';
import type { Deadline } from '@grpc/grpc-js';

/** The server's time ends this much later than the attempt's, so that the caller gets the engine's own error. */
const SLACK_MS = 50;
const machine = new SystemClock();

/** When the server is to stop, in milliseconds since the epoch: with the attempt, or earlier as the caller says. */
export function grpcDeadline(given: Deadline | undefined, call: LiveCall | undefined): Deadline | undefined {
  const at = call === undefined ? Infinity : attemptDeadline(call);
  if (at === Infinity) return given;
  const ours = machine.wallNow() + Math.max(0, at - call!.origin.clock.now()) + SLACK_MS;
  return given === undefined ? ours : Math.min(Number(given), ours);
}
