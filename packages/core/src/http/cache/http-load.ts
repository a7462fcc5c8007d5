import type { Clock } from '../../time/clock.js';
import type { Timer } from '../../time/timer.js';
import { onAbortOf, type AbortLike, type LiveAnswer, type RateLine } from './live-answer.js';
import type { StoredAnswer } from './stored-answer.js';

/** The result of a load: an answer that is kept, one that is for its first caller alone, or an error. */
export type Loaded<Raw> =
  | {
      readonly kind: 'kept';
      readonly stored: StoredAnswer;
      /** The status of the provider's answer; `undefined` where another host had it. */
      readonly forwardStatus: number | undefined;
      /** `false` where it is given this once: a 304 has said that it may not be kept any longer. */
      readonly mayBeKept: boolean;
    }
  | { readonly kind: 'live'; readonly answer: LiveAnswer<Raw> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Told to a waiter in place of a result: the request stands in line. */
export const LIMITED = Symbol('limited');

/** How long a request in the background may take that no caller waits for, in milliseconds. */
const LONGEST_IN_BACKGROUND_MS = 30_000;

/**
 * One request on behalf of the callers that wait for its answer. It belongs to none of them: each can abort alone, and
 * the request is aborted only with the last one, or once it has taken too long for none.
 */
export class HttpLoad<Raw> {
  private readonly controller = new AbortController();
  private readonly limited = new Set<() => void>();
  private waiters = 0;
  private isLimited = false;
  private hasLeader = false;
  private inBackground = false;
  private done: Promise<Loaded<Raw>> | undefined;
  private tooLong: Timer | undefined;
  /** Whether answers to its request were invalidated since it began. */
  isOutdated = false;

  constructor(
    private readonly clock: Clock,
    /** The key and the tags of the answer that it fetches. */
    private readonly of: { readonly key: string; readonly tags: readonly string[] },
    /** Called when it was aborted: what it brings means nothing. */
    private readonly onAbandoned: () => void,
  ) {}

  get key(): string {
    return this.of.key;
  }

  get tags(): readonly string[] {
    return this.of.tags;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether no caller waits for it. */
  get isBackground(): boolean {
    return this.inBackground;
  }

  /** Is told of the result of the request. The promise that it returns never rejects. */
  start(result: Promise<Loaded<Raw>>): Promise<Loaded<Raw>> {
    const failed = (error: unknown) => ({ kind: 'failed', error }) as const;
    return (this.done = result.catch(failed).then((loaded) => {
      this.tooLong?.cancel();
      // Its first caller, who alone may have it, has aborted.
      if (loaded.kind === 'live' && !this.hasLeader) loaded.answer.discard();
      return loaded;
    }));
  }

  readonly line: RateLine = {
    // Callers that have something else need not wait for it.
    waits: () => {
      this.isLimited = true;
      for (const tell of [...this.limited]) tell();
    },
    goes: () => {
      this.isLimited = false;
      if (this.inBackground) this.goOnAlone();
    },
  };

  /** It goes on although no caller waits. In line it may stand for as long as the rate limit has it. */
  goOnAlone(): void {
    this.inBackground = true;
    if (this.isLimited) return;
    this.tooLong ??= this.clock.schedule(LONGEST_IN_BACKGROUND_MS, () => {
      this.inBackground = this.waiters === 0;
      if (this.waiters === 0)
        this.abandon(new DOMException('The request in the background took too long', 'TimeoutError'));
    });
    this.tooLong.unref();
  }

  /** Waits for its result, unless `leaves` says to leave it in line. Rejects with the reason of a signal's abort. */
  wait(signals: readonly AbortLike[], leaves: () => boolean, isLeader: boolean): Promise<Loaded<Raw> | typeof LIMITED> {
    this.waiters++;
    if (isLeader) this.hasLeader = true;
    return new Promise((resolve, reject) => {
      let hasEnded = false;
      let stop: (() => void) | undefined;
      const end = (): boolean => {
        if (hasEnded) return false;
        hasEnded = true;
        stop?.();
        this.limited.delete(look);
        this.waiters--;
        return true;
      };
      const leave = (): boolean => {
        if (!end()) return false;
        if (isLeader) this.hasLeader = false;
        return true;
      };
      const look = () => {
        if (!this.isLimited || !leaves() || !leave()) return;
        this.goOnAlone();
        resolve(LIMITED);
      };
      stop = onAbortOf(signals, (reason) => {
        if (!leave()) return;
        reject(reason as Error);
        if (this.waiters === 0 && !this.inBackground) this.abandon(reason);
      });
      if (hasEnded) return stop();
      this.limited.add(look);
      look();
      void this.done!.then((loaded) => {
        if (end()) resolve(loaded);
      });
    });
  }

  /** Has the body of an answer that is still read aborted with its caller, until the returned function is called. */
  follow(signals: readonly AbortLike[]): () => void {
    return onAbortOf(signals, (reason) => this.controller.abort(reason));
  }

  private abandon(reason: unknown): void {
    this.onAbandoned();
    this.controller.abort(reason);
  }
}
