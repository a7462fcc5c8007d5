import type { Clock, Timer } from '@breakwater/core';
import { Frames } from '../hosts/frames.js';
import type { HostExchange } from '../hosts/host-exchange.js';
import type { HostWatch } from '../watching/host-watch.js';
import type { HostView } from '../wire/frame.js';
import type { PageClient } from './page-client.js';

const EVERY_MS = 1000;
const SELDOMEST_MS = 3000;
/** Writing what pages are told may take this share of a core: with very many providers it is told less often. */
const MOST_SHARE = 0.005;
/** A connection that takes nothing for so long has no page at its end any more. */
const STUCK_MS = 30_000;
/** How often it is asked whether a reader may still read. */
const RECHECK_EVERY_MS = 60_000;
const MOST_PAGES = 500;

interface Reader {
  readonly client: PageClient;
  /** Whether it may still read. */
  mayRead(): Promise<boolean>;
}

/**
 * Sends every open page what has changed, once a second, or less often where there is very much. While none is open,
 * nothing happens.
 */
export class Broadcaster {
  private readonly readers = new Set<Reader>();
  private readonly frames = new Frames();
  private timer: Timer | undefined;
  private checkedAt = -Infinity;
  private isClosed = false;
  /** How long it took to write the latest message, in milliseconds. */
  private tookMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly watch: HostWatch,
    private readonly exchange: HostExchange,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isFull(): boolean {
    return this.readers.size >= MOST_PAGES;
  }

  /** How many pages are open. */
  get size(): number {
    return this.readers.size;
  }

  /** Sends a page everything at once, and from then on what changes. Returns what ends that. */
  add(reader: Reader): () => void {
    if (this.isClosed) {
      // It has come while the application closes, which waits for its streams to end.
      reader.client.end();
      return () => undefined;
    }
    // The patch of this second, for those that are there, must not be missing from what this one gets.
    this.tell();
    const everything = this.everything();
    this.readers.add(reader);
    reader.client.send(everything, this.clock.now());
    this.exchange.ask();
    if (this.timer === undefined) this.schedule();
    return () => this.readers.delete(reader);
  }

  /** Everything, as the message of a page that has just come. */
  everything(): string {
    const hosts = [this.watch.view({ second: 0, event: 0 }), ...this.exchange.others];
    return Frames.full(hosts, this.clock.wallNow());
  }

  /** Everything that all hosts show. */
  hosts(): readonly HostView[] {
    return [this.watch.view({ second: 0, event: 0 }), ...this.exchange.others];
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    for (const { client } of this.readers) client.end();
    this.readers.clear();
  }

  private schedule(): void {
    const everyMs = Math.min(SELDOMEST_MS, Math.max(EVERY_MS, this.tookMs / MOST_SHARE));
    this.timer = this.clock.scheduleForAll(everyMs, () => this.tick());
    this.timer.unref();
  }

  private tick(): void {
    this.timer = undefined;
    if (this.readers.size === 0) return;
    this.schedule();
    try {
      this.exchange.ask();
      this.tell();
    } catch (error) {
      // Thrown from a timer, it would end the application for the sake of its dashboard.
      this.onFailure(error);
    }
    this.dismiss();
  }

  private tell(): void {
    if (this.readers.size === 0) return;
    const startedAt = this.clock.now();
    const at = this.clock.wallNow();
    const own = this.watch.view(this.frames.sinceOf(this.watch.id, at));
    const message = Buffer.from(this.frames.patch([own, ...this.exchange.others], at));
    const now = this.clock.now();
    this.tookMs = now - startedAt;
    for (const { client } of this.readers) client.send(message, now);
  }

  /** Ends the connections that are stuck, and those of readers who may not read any more. */
  private dismiss(): void {
    const now = this.clock.now();
    for (const reader of this.readers) {
      const { stuckSince } = reader.client;
      if (stuckSince !== undefined && now - stuckSince > STUCK_MS) this.end(reader);
    }
    if (now - this.checkedAt < RECHECK_EVERY_MS) return;
    this.checkedAt = now;
    for (const reader of this.readers) void reader.mayRead().then((may) => may || this.end(reader));
  }

  /** Does not wait to be told that the connection has ended: of one that had done so before, that is not told again. */
  private end(reader: Reader): void {
    this.readers.delete(reader);
    reader.client.end();
  }
}
