import type { LiveCall } from '../../engine/live-call.js';
import { placeOf, type KeyedRequest } from '../../engine/requests/keyed-request.js';
import type { KeyedRequests, SentUnderKey } from '../../engine/requests/keyed-requests.js';
import { thisTurn, type Turn } from '../../engine/requests/turn.js';

/** An attempt that is to send once more, under the same key, what earlier ones have sent. */
interface Repetition {
  readonly attempt: LiveCall;
  /** The requests of each attempt at its operation whose outcome is in doubt. */
  readonly sent: readonly KeyedRequests[];
}

/** Places with ids in them are without end: the oldest are forgotten. */
const MOST_PLACES = 256;
const NONE: readonly SentUnderKey[] = [];

/**
 * The signs of limiters inside methods: the unsafe requests of one provider's own clients that were made in the async
 * context of a call that had ended, as a limiter does where another call has asked for one and waits, and the requests
 * that running attempts still have to repeat.
 */
export class UntiedRequests {
  /** The turn of the latest one to each place. */
  private readonly latest = new Map<string, Turn>();
  private readonly repetitions = new Set<Repetition>();

  note(request: KeyedRequest): void {
    const { latest } = this;
    const place = placeOf(request);
    latest.delete(place);
    latest.set(place, thisTurn());
    if (latest.size > MOST_PLACES) latest.delete(latest.keys().next().value!);
  }

  /** Whether one went, since a call has begun, to where the call has sent its own: the next may be the call's. */
  anySince({ context, requests }: LiveCall): boolean {
    const began = context?.asyncId();
    const keyed = requests?.keyed;
    if (began === undefined || keyed === undefined || this.latest.size === 0) return false;
    for (const place of keyed.places) if ((this.latest.get(place)?.order ?? 0) > began) return true;
    return false;
  }

  repeats(attempt: LiveCall, sent: readonly KeyedRequests[]): void {
    this.forgetEnded();
    this.repetitions.add({ attempt, sent });
  }

  get awaitsAny(): boolean {
    if (this.repetitions.size === 0) return false;
    this.forgetEnded();
    return this.repetitions.size > 0;
  }

  /** The requests to this place that attempts other than this one still have to repeat. */
  awaitedBeside(call: LiveCall | undefined, place: string): readonly SentUnderKey[] {
    if (!this.awaitsAny) return NONE;
    return [...this.repetitions].flatMap(({ attempt, sent }) =>
      attempt === call || attempt.requests?.keyed?.at(place) !== undefined
        ? NONE
        : sent.flatMap((each) => each.at(place) ?? NONE),
    );
  }

  private forgetEnded(): void {
    for (const each of this.repetitions) if (each.attempt.ended) this.repetitions.delete(each);
  }
}
