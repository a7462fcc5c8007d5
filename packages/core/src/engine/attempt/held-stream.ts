import type { Waiting } from '../abort-state.js';

/** Told once how the stream has ended. */
export interface StreamEnd {
  /**
   * It was read to its end, left by its reader after the first value, or read in a way that cannot be watched. `last`:
   * the last value that was read, which may itself tell of a failure.
   */
  succeeded(last?: unknown): void;
  failed(error: unknown): void;
  /** Its reader has left it before the first value. */
  abandoned(): void;
}

const ENDINGS = new WeakMap<object, HeldStream>();
/** A stream that is neither read nor closed must not hold a slot for ever. */
const DROPPED = new FinalizationRegistry<HeldStream>((stream) => stream.release());

/** Whether a result is read by iterating only: others, such as a Node stream, can be read in ways that are not seen. */
export function isIteratedOnly(value: object | null): value is AsyncIterable<unknown> {
  return value !== null && Symbol.asyncIterator in value && !('pipe' in value) && !('getReader' in value);
}

/** Has what is handed out in place of a stream end with it. */
export function endWith(result: object, held: HeldStream): void {
  ENDINGS.set(result, held);
}

/**
 * Runs `then` when a result has been read: at once, unless it is a stream that a call holds on to. To be used by what
 * must last as long as the call's gates, such as its deadline.
 */
export function whenRead(result: unknown, then: () => void): void {
  const held = typeof result === 'object' && result !== null ? ENDINGS.get(result) : undefined;
  if (held === undefined) then();
  else held.onEnd(then);
}

/**
 * A stream whose attempt lasts until it ends, fails, or its reader leaves it. The caller gets a view of the stream that
 * looks like it, private fields included: the stream itself is not changed.
 */
export class HeldStream implements Waiting {
  private isOver = false;
  private hasEmitted = false;
  private last: unknown;
  private reason: { readonly error: unknown } | undefined;
  private rejectPending: (reason: unknown) => void = () => undefined;
  private iterator: AsyncIterator<unknown> | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly end: StreamEnd,
    /** Does a step of the stream as part of its call: a generator's own code runs in the steps of its reader. */
    private readonly within: <T>(step: () => T) => T,
  ) {}

  viewOf(stream: AsyncIterable<unknown>): object {
    const view: object = new Proxy(stream, {
      get: (target, property) => {
        if (property === Symbol.asyncIterator) return () => this.iterate(target, view);
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        const own = ITERATOR_METHODS.has(property) ? this.methodOf(target, property as 'next', view) : undefined;
        return own ?? ((...args: unknown[]) => this.released(() => Reflect.apply(value, target, args) as unknown));
      },
    });
    ENDINGS.set(view, this);
    DROPPED.register(view, this, this);
    return view;
  }

  onEnd(listener: () => void): void {
    if (this.isOver) listener();
    else this.listeners.push(listener);
  }

  /** The call was aborted. */
  onAbort(reason: unknown): void {
    if (this.isOver) return;
    this.reason = { error: reason };
    this.finish(() => this.end.failed(reason));
    this.rejectPending(reason);
    // Work that ends after an abort has a handler, and changes nothing.
    void Promise.resolve()
      .then(() => this.within(() => this.iterator?.return?.()))
      .catch(() => undefined);
  }

  onResult(): void {}

  release(): void {
    this.finish(() => this.end.succeeded(this.last));
  }

  private iterate(stream: AsyncIterable<unknown>, view: object): AsyncIterableIterator<unknown> {
    const iterator = this.iteratorOf(stream);
    return {
      next: (...args) => this.next(iterator, args, view),
      // Also of one that has none: a loop that is broken off asks for it.
      return: (value?: unknown) =>
        this.left(async () => (iterator.return === undefined ? { done: true, value } : iterator.return(value))),
      ...(iterator.throw && { throw: (error?: unknown) => this.left(() => iterator.throw!(error)) }),
      [Symbol.asyncIterator]() {
        return this;
      },
    } as AsyncIterableIterator<unknown>;
  }

  private iteratorOf(stream: AsyncIterable<unknown>): AsyncIterator<unknown> {
    try {
      return (this.iterator = this.within(() => stream[Symbol.asyncIterator]()));
    } catch (error) {
      this.finish(() => this.end.failed(error));
      throw error;
    }
  }

  /** A generator is its own iterator. */
  private methodOf(stream: object, method: 'next' | 'return' | 'throw', view: object): unknown {
    if (!('next' in stream)) return undefined;
    const iterator = (this.iterator ??= stream as AsyncIterator<unknown>);
    if (method === 'next') return (...args: []) => this.next(iterator, args, view);
    return (value: unknown) => this.left(() => iterator[method]!(value));
  }

  /** `view` is kept alive by a reader who holds the iterator only. */
  private async next(iterator: AsyncIterator<unknown>, args: [] | [unknown], view: object): Promise<unknown> {
    if (this.reason !== undefined) throw this.reason.error;
    try {
      const aborted = new Promise<never>((_resolve, reject) => (this.rejectPending = reject));
      aborted.catch(() => undefined);
      const result = await Promise.race([this.within(() => iterator.next(...(args as []))), aborted]);
      if (result.done === true) this.release();
      else {
        this.hasEmitted = true;
        this.last = result.value;
      }
      return result;
    } catch (error) {
      this.finish(() => this.end.failed(error));
      throw error;
    } finally {
      void view;
    }
  }

  private async left(leave: () => Promise<unknown>): Promise<unknown> {
    try {
      return await this.within(leave);
    } finally {
      this.finish(() => (this.hasEmitted ? this.end.succeeded(this.last) : this.end.abandoned()));
    }
  }

  /** The stream is read in another way from now on, which cannot be watched: as if it had ended at its head. */
  private released(run: () => unknown): unknown {
    this.release();
    return run();
  }

  private finish(tell: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    DROPPED.unregister(this);
    tell();
    for (const listener of this.listeners) listener();
  }
}

const ITERATOR_METHODS: ReadonlySet<string | symbol> = new Set(['next', 'return', 'throw']);
