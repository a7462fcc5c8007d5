/** Waits for a call that can be aborted: in a queue for its turn, then for its work. */
export interface Waiting {
  /** Told why the call is aborted before anything else is. */
  onAbort(reason: unknown): void;
  /** Given a result that is there before the work has ended. */
  onResult(value: unknown): void;
}

/** An attempt that is aborted with its operation. */
interface Attempt {
  readonly attempt: number;
  abort(reason: unknown, cancelled: boolean): void;
  settle(cost: number): void;
}

/** Is told that a call is aborted. */
export interface AbortListener {
  onAbort(): void;
}

/** The state that a call needs only once it can be aborted. */
export class AbortState {
  aborted = false;
  reason: unknown = undefined;
  /** Whether the caller has aborted it, rather than a policy. */
  cancelled = false;
  /** Whether the work has ended, in time or not. */
  workSettled = false;
  /** A result that was there before the work had ended, also where nothing waited for it yet. */
  earlyResult: { readonly value: unknown } | undefined = undefined;
  /** The attempt that is under way: it is aborted with the operation. */
  attempt: Attempt | undefined = undefined;
  /** The listener: mostly there is one, for which no set is made. */
  private listener: AbortListener | undefined = undefined;
  private others: Set<AbortListener> | undefined = undefined;
  private controller: AbortController | undefined = undefined;

  /** Made when it is first read. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  addListener(listener: AbortListener): void {
    if (this.listener === undefined && this.others === undefined) this.listener = listener;
    else (this.others ??= new Set()).add(listener);
  }

  removeListener(listener: AbortListener): void {
    if (this.listener === listener) this.listener = undefined;
    else this.others?.delete(listener);
  }

  /** Tells what waits for the work first, then the signal, then the attempt below, then the listeners. */
  propagate(reason: unknown, cancelled: boolean, waiting: Waiting | undefined): void {
    this.aborted = true;
    this.reason = reason;
    this.cancelled = cancelled;
    waiting?.onAbort(reason);
    this.controller?.abort(reason);
    this.attempt?.abort(reason, cancelled);
    this.tellListeners();
  }

  /** Tells them in the order in which they came. One that is removed meanwhile is told all the same. */
  private tellListeners(): void {
    const { listener, others } = this;
    const rest = others === undefined ? [] : [...others];
    listener?.onAbort();
    for (const other of rest) other.onAbort();
  }
}
