import type { AnswerNotes } from './answer-notes.js';
import type { NestedCounts } from './nested-counts.js';

/** A call, as far as it lends its tokens. */
interface Lending<Self> {
  readonly parent: Self | undefined;
  readonly nesting: Nesting<Self> | undefined;
}

/**
 * The place of a call among its callers. Only calls that have one, or that a gate admits as one of a few, need this
 * record.
 */
export class Nesting<Parent> {
  /** The call in whose method this one is made, while this one goes on. */
  parent: Parent | undefined = undefined;
  /** Whether a caller's signal or an enclosing call can abort the call. */
  hasCaller = false;
  /** Whether the caller has handed on a signal, which may be one with a time limit. */
  hasSignal = false;
  /** Whether calls that are made in it are to find it after a wait, as they might wait for it otherwise. */
  wanted = false;
  /** True for a background call: it inherits no deadline, and its requests do not count as sent by its parent. */
  detached = false;
  /**
   * Whether calls to the same provider that are made in it go with the tokens that it took, and are no more urgent: it
   * is made to admit them.
   */
  lends = false;
  /** The half-open trial or ramp that admitted the call. Nested calls to the same provider are admitted with it. */
  admittedBy: unknown = undefined;
  /** Remarks on its requests, for the cache that has begun it. */
  notes: AnswerNotes | undefined = undefined;
  /** The results of the calls that are made in it, where it is one of several to the same provider. */
  counts: NestedCounts | undefined = undefined;

  get isToBeFound(): boolean {
    return this.hasCaller || this.wanted || this.admittedBy !== undefined || this.notes !== undefined;
  }

  /** For another attempt at the same operation. */
  copy(): Nesting<Parent> {
    const copy = new Nesting<Parent>();
    copy.parent = this.parent;
    copy.hasCaller = this.hasCaller;
    copy.hasSignal = this.hasSignal;
    copy.detached = this.detached;
    copy.lends = this.lends;
    copy.notes = this.notes;
    return copy;
  }
}

/** The call that lends its tokens to those that are made in this one. */
export function lenderOf<Self extends Lending<Self>>(call: Self | undefined): Self | undefined {
  let at = call;
  while (at !== undefined && at.nesting?.lends !== true) at = at.parent;
  return at;
}
