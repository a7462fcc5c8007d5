import type { LiveCall } from '../../engine/live-call.js';
import type { KeyedRequest } from '../../engine/requests/keyed-request.js';
import { thisTurn, type Turn } from '../../engine/requests/turn.js';

/** An attempt that is to send once more, under the same key, what an earlier one has sent. */
interface Repetition {
  readonly attempt: LiveCall;
  readonly sent: readonly KeyedRequest[];
}

/**
 * The unsafe requests of one provider's own clients that were made in no running call: a limiter inside a method has
 * started them, and the call that has asked for one waits. Its key cannot go along.
 */
export class UntiedRequests {
  /** The turn in which the latest was made. */
  private latest: Turn | undefined = undefined;
  private readonly repetitions = new Set<Repetition>();

  note(): void {
    this.latest = thisTurn();
  }

  /** Whether there was one since a call has begun: then its own next request may be another. */
  anySince(call: LiveCall): boolean {
    const began = call.context?.asyncId();
    return this.latest !== undefined && began !== undefined && this.latest.order > began;
  }

  repeats(attempt: LiveCall, sent: readonly KeyedRequest[]): void {
    this.forgetEnded();
    this.repetitions.add({ attempt, sent });
  }

  /** The requests that attempts other than this one still have to repeat. */
  awaitedBeside(call: LiveCall | undefined): readonly KeyedRequest[] {
    if (this.repetitions.size === 0) return NONE;
    this.forgetEnded();
    return [...this.repetitions].flatMap(({ attempt, sent }) => (attempt === call ? NONE : sent));
  }

  private forgetEnded(): void {
    for (const each of this.repetitions) if (each.attempt.ended || each.attempt.hasSent) this.repetitions.delete(each);
  }
}

const NONE: readonly KeyedRequest[] = [];
