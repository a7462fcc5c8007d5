import type { LiveCall } from '../../engine/live-call.js';
import { SharedCall } from '../../engine/shared-call.js';
import type { Settled } from '../../outcome/outcome.js';
import type { BypassReason } from './cache.telemetry.js';
import type { Subject } from './kept-answers.js';
import { detachedCopy } from '../../engine/derived-calls.js';

/** The answer that a load fetches. */
interface Loaded {
  /** Rises with every load. */
  readonly number: number;
  readonly key: string;
  readonly subject: Subject;
  /** Whether it goes on without callers that wait. */
  readonly inBackground: boolean;
}

/**
 * One call that fetches an answer, shared by the callers that wait for it. `undefined` for a caller means that it has
 * to ask for itself.
 */
export class SharedLoad extends SharedCall<Settled | undefined> {
  /** Whether it was aborted, so that its result means nothing. */
  abandoned = false;
  /** Whether what it fetches was out of date before it came: it is given to those who wait, and not kept. */
  outdated = false;
  /** The reason for which its result is given to one caller only. */
  unshared: BypassReason = 'result';
  /** When the provider was asked, in monotonic milliseconds. */
  startedAt: number;
  /** Tags that were invalidated since it began. */
  private voided: Set<string> | undefined;

  constructor(
    call: LiveCall,
    readonly of: Loaded,
    onAbandoned: (load: SharedLoad) => void,
  ) {
    const abandon = () => {
      this.abandoned = true;
      onAbandoned(this);
    };
    super(detachedCopy(call), of.inBackground ? undefined : abandon);
    this.startedAt = call.now;
  }

  get key(): string {
    return this.of.key;
  }

  /** Has its answer be out of date; with `tags`, where it turns out to have one of them. */
  outdate(tags: readonly string[] | undefined): void {
    if (tags === undefined) this.outdated = true;
    else for (const tag of tags) (this.voided ??= new Set()).add(tag);
  }

  /** Whether an answer with these tags is out of date. */
  isVoid(tags: readonly string[]): boolean {
    return this.outdated || (this.voided !== undefined && tags.some((tag) => this.voided!.has(tag)));
  }
}
