import type { Bus, Clock, Unsubscribe } from '@breakwater/core';
import { portableText, textOfPortable, TopicListeners, withTimeLimit } from '@breakwater/core/adapter';
import type { PostgresConnection, PostgresPool } from './postgres-client.js';
import { PostgresStoreError } from './postgres-store.error.js';
import type { PostgresStoreSettings } from './postgres-store.options.js';

/** The pauses between tries to listen again. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/**
 * A payload must be shorter than 8000 bytes (NOTIFY): a longer message goes in pieces of so many characters of base64.
 */
const PIECE = 7000;

const NO_ROOM = 'a subscription takes one connection of the pool for itself, and it has no other: give it two at least';

interface Piece {
  /** The topic. */
  readonly t: string;
  /** The message, or a piece of it. */
  readonly m: string;
  /** For a message in pieces: the message's id, the index of this piece, and how many there are. */
  readonly p?: readonly [message: string, index: number, of: number];
}

/**
 * LISTEN and NOTIFY on Postgres, over one channel. Subscriptions take one connection of the pool for themselves, until
 * the last of them ends; after it was lost, the bus listens again on another, and what was published meanwhile is lost.
 * Needs a connection that stays: behind pgbouncer, a pool of its own in session mode.
 */
export class PostgresBus implements Bus {
  private readonly listeners: TopicListeners;
  private readonly clock: Clock;
  private readonly channel: string;
  private readonly pieces = new Map<string, string[]>();
  private connection: PostgresConnection | undefined;
  private listening: Promise<void> | undefined;
  private closed = false;
  /** How often the connection was given back. */
  private givenBack = 0;
  private published = 0;

  constructor(
    private readonly pool: PostgresPool,
    private readonly settings: PostgresStoreSettings,
  ) {
    this.listeners = new TopicListeners(settings.onError);
    this.clock = settings.clock;
    this.channel = `${settings.schema}_bus`;
  }

  async publish(topic: string, message: string): Promise<void> {
    if (this.closed) throw closed();
    const payloads = this.payloadsOf(portableText(topic), portableText(message));
    try {
      // One statement, so that the pieces of a message arrive together and in order.
      const { timeoutMs } = this.settings;
      const sent = this.pool.query(
        'SELECT pg_notify($1, piece) FROM unnest($2::text[]) WITH ORDINALITY AS p(piece, i) ORDER BY i',
        [this.channel, payloads],
      );
      const onTimeout = () => PostgresStoreError.timedOut(timeoutMs, this.pool.waitingCount);
      await withTimeLimit(sent, { clock: this.clock, timeoutMs, onTimeout });
    } catch (error) {
      throw PostgresStoreError.of(error);
    }
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    if (this.closed) throw closed();
    const { max = Infinity } = this.pool.options ?? {};
    if (max < 2) throw new PostgresStoreError('CONNECTION', NO_ROOM);
    const own = (message: string) => listener(message);
    this.listeners.add(topic, own);
    const listening = (this.listening ??= this.listen());
    try {
      await listening;
    } catch (error) {
      if (this.listening === listening) this.listening = undefined;
      this.listeners.remove(topic, own);
      throw PostgresStoreError.of(error);
    }
    return async () => {
      this.listeners.remove(topic, own);
      if (this.isUnheard) this.giveBack();
    };
  }

  /** Ends all subscriptions and gives their connection up. The pool stays open: it is the user's. */
  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    this.giveBack();
  }

  /** Whether there is no subscription. */
  private get isUnheard(): boolean {
    return this.closed || this.listeners.names().length === 0;
  }

  /** Ends the connection: a pool waits for it when it is ended. One that is looked for anew ends as it comes. */
  private giveBack(): void {
    const { connection } = this;
    if (connection === undefined) return;
    this.connection = undefined;
    this.listening = undefined;
    this.givenBack++;
    connection.release(true);
  }

  private async listen(): Promise<void> {
    const connection = await this.pool.connect();
    if (this.isUnheard) {
      this.listening = undefined;
      return connection.release(true);
    }
    let answered = false;
    let lost = undefined as PostgresStoreError | undefined;
    const onLost = (error?: unknown) => {
      if (this.connection !== connection) return;
      this.connection = undefined;
      connection.release(true);
      lost = PostgresStoreError.of(error ?? new Error('the connection of the bus has ended'));
      // Until then the statement fails, and what waits for it decides how to go on.
      if (!answered) return;
      this.listening = this.listenAgain();
      this.settings.onError(lost);
    };
    connection.on('error', onLost);
    connection.on('end', onLost);
    connection.on('notification', ({ channel, payload }) => {
      // One that was given back may hear a last message, as may the next one.
      if (this.connection === connection && channel === this.channel && payload !== undefined) this.receive(payload);
    });
    this.connection = connection;
    try {
      await connection.query(`LISTEN ${this.channel}`);
      // The answer and the end may have come together, and the end is told at once.
      if (lost !== undefined) throw lost;
      answered = true;
    } catch (error) {
      // Unless it was lost or given back meanwhile, which is what made the statement fail.
      if (this.connection === connection) {
        this.connection = undefined;
        connection.release(true);
      }
      throw error;
    }
  }

  private async listenAgain(): Promise<void> {
    const { givenBack } = this;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await this.pause(pauseMs);
      if (this.isUnheard) break;
      try {
        return await this.listen();
      } catch (error) {
        if (this.givenBack !== givenBack) return;
        if (this.isUnheard) break;
        this.settings.onError(PostgresStoreError.of(error));
      }
    }
    this.listening = undefined;
  }

  /** Waits without keeping the process alive: a bus that is lost is no reason to go on. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.scheduleForAll(ms, resolve).unref());
  }

  /** Tells messages that it cannot read, of another release or a stranger, as errors: thrown, they end the process. */
  private receive(payload: string): void {
    try {
      const { t, m, p } = JSON.parse(payload) as Piece;
      const message = p === undefined ? m : this.joined(p, m);
      if (message !== undefined) this.listeners.deliver(textOfPortable(t), textOfPortable(message));
    } catch (error) {
      this.settings.onError(new PostgresStoreError('FORMAT', 'a message of the bus cannot be read', error));
    }
  }

  /** The whole message with its last piece. */
  private joined([id, index, of]: NonNullable<Piece['p']>, piece: string): string | undefined {
    const pieces = index === 0 ? [] : (this.pieces.get(id) ?? []);
    pieces.push(piece);
    if (index + 1 < of) {
      this.pieces.set(id, pieces);
      return undefined;
    }
    this.pieces.delete(id);
    return pieces.length === of ? Buffer.from(pieces.join(''), 'base64').toString('utf8') : undefined;
  }

  private payloadsOf(topic: string, message: string): string[] {
    const whole = JSON.stringify({ t: topic, m: message } satisfies Piece);
    if (Buffer.byteLength(whole) < 7900) return [whole];
    const text = Buffer.from(message).toString('base64');
    const size = PIECE - Buffer.byteLength(JSON.stringify(topic));
    if (size < 1000)
      throw new RangeError(`PostgresStore: expected a topic of at most 6000 bytes, got ${Buffer.byteLength(topic)}`);
    const id = `${process.pid}.${++this.published}.${Math.floor(this.clock.wallNow())}`;
    const of = Math.ceil(text.length / size);
    return Array.from({ length: of }, (_, i) => {
      return JSON.stringify({ t: topic, m: text.slice(i * size, (i + 1) * size), p: [id, i, of] } satisfies Piece);
    });
  }
}

function closed(): PostgresStoreError {
  return new PostgresStoreError('CLOSED', 'it has been closed');
}
