import { randomUUID } from 'node:crypto';
import type { EnvironmentOf } from '../engine/policy.js';
import { SharedState } from '../engine/shared-state.js';
import type { Entry } from '../store/store.js';
import { recordIn } from './answer-record.js';
import type { AnswerStorageEvents } from './answer-storage.telemetry.js';
import { AnswerTopic, type ForgetListener } from './answer-topic.js';
import { AskingTurn } from './asking-turn.js';
import { InvalidationMarks } from './invalidation-marks.js';
import { LONGEST_MS } from './lifetimes.js';
import { hashed, markOfTag, type Invalidation, type SharedQuestion } from './question.js';
import { StoreReach } from './store-reach.js';

/** How long a host waits before it looks again whether another one has an answer, and where a bus tells of that. */
const LOOK_MS = 100;
const BACKSTOP_MS = 1000;

export type { ForgetListener };

/** An answer that a host has put into the store. */
export interface SharedAnswer {
  /** The answer, as its owner has written it. */
  readonly text: string;
  readonly tags: readonly string[];
  /** Milliseconds since it came, by the store's clock. */
  readonly ageMs: number;
}

export interface Asking {
  /** How long a host that asks may be silent before another takes its place, in milliseconds. */
  readonly leaseMs: number;
  /** How long to wait for another host's answer; 0: not at all. */
  readonly waitMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Whether an answer in the store serves, so that the provider need not be asked. */
  serves(answer: SharedAnswer): boolean;
  /** The answer that stands in the store has been invalidated, and so has whatever copy there is of it. */
  voided?(): void;
}

/**
 * An answer that serves, or this host's turn to ask the provider. `'elsewhere'`: another host is asking, and has taken
 * longer than this one waits. `'alone'`: the store is away.
 */
export type Asked = SharedAnswer | AskingTurn | 'elsewhere' | 'alone';

/** The entry of a question. */
interface Found {
  readonly version: string | undefined;
  /** `undefined` where there is none that still holds. */
  readonly answer: SharedAnswer | undefined;
  readonly isVoid?: boolean;
}

type Where = EnvironmentOf<AnswerStorageEvents>;

/**
 * The answers of one provider that all hosts share, in the store: one host asks the provider, and the others read its
 * answer. Invalidations are marked there, so that a host that no message reaches does not read a void answer either. A
 * store that is away costs nothing but the sharing.
 */
export class SharedAnswers {
  private readonly reach: StoreReach;
  private readonly topic: AnswerTopic;
  private readonly marks: InvalidationMarks;
  private hasToldUnreadable = false;

  constructor(private readonly where: Where) {
    const { clock, store, provider, emit } = where;
    this.topic = new AnswerTopic({ bus: store.bus, topic: `cache:${provider}`, host: randomUUID(), clock });
    this.reach = new StoreReach({
      clock,
      onAway: (reason) => emit('cache.apart', { reason }),
      onBack: () => emit('cache.rejoined', {}),
    });
    const { reach, topic } = this;
    // A message that is lost is made up for by the mark.
    const onMarked = (forget: Invalidation) => void topic.tell({ forget: [forget] }).catch(() => undefined);
    this.marks = new InvalidationMarks({ provider, store, reach, onMarked });
  }

  /** Has a listener told of what other hosts invalidate. */
  join(listener: ForgetListener): void {
    this.topic.join(listener);
  }

  leave(listener: ForgetListener): void {
    this.topic.leave(listener);
  }

  /** The answer in the store that still holds, whatever its age. Rejects where the store is away. */
  async read(question: SharedQuestion): Promise<SharedAnswer | undefined> {
    return (await this.find(question)).answer;
  }

  /** Looks for an answer that serves, waits for another host's, or takes this host's turn. Rejects once aborted. */
  async ask(question: SharedQuestion, asking: Asking): Promise<Asked> {
    const { clock } = this.where;
    const { waitMs, signal } = asking;
    const until = clock.now() + waitMs;
    try {
      for (let looks = 0; ; looks++) {
        const found = await this.find(question);
        if (found.answer !== undefined && asking.serves(found.answer)) return found.answer;
        if (found.isVoid === true) asking.voided?.();
        const turn = await this.takeTurn(question, asking, found);
        if (turn !== undefined) return turn;
        const leftMs = until - clock.now();
        if (leftMs <= 0) return 'elsewhere';
        const lookMs = looks > 0 && this.topic.isHeard ? BACKSTOP_MS : LOOK_MS;
        await this.topic.wait(hashed(question.key), Math.min(lookMs, leftMs), signal);
        signal.throwIfAborted();
      }
    } catch {
      signal.throwIfAborted();
      return 'alone';
    }
  }

  /**
   * Has all hosts forget answers. Rejects where the store is away: then they are told before anything else once it is
   * back, and this host reads nothing before that.
   */
  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.marks.set(invalidations);
  }

  /** An entry in the store cannot be read. */
  unreadable(): void {
    if (this.hasToldUnreadable) return;
    this.hasToldUnreadable = true;
    this.where.emit('cache.unreadable', {});
  }

  private async find({ key, marks }: SharedQuestion): Promise<Found> {
    this.topic.listen();
    if (this.marks.isBehind) await this.marks.catchUp();
    const [entry, ...standing] = await this.getAll([this.keyOf(key), ...marks.map((mark) => this.marks.keyOf(mark))]);
    if (entry === undefined) return { version: undefined, answer: undefined };
    const { version, ageMs } = entry;
    const record = recordIn(entry.value);
    if (record === undefined) {
      this.unreadable();
      return { version, answer: undefined };
    }
    const { since, tags, text } = record;
    const ofTags = await this.getAll(tags.map((tag) => this.marks.keyOf(markOfTag(tag))));
    const isVoid = [...standing, ...ofTags].some((mark) => mark !== undefined && !isBefore(mark.version, since));
    return { version, isVoid, answer: isVoid || ageMs > LONGEST_MS ? undefined : { text, tags, ageMs } };
  }

  /** `undefined` while another host has its turn. */
  private async takeTurn(
    question: SharedQuestion,
    { leaseMs, serves }: Asking,
    before: Found,
  ): Promise<AskingTurn | SharedAnswer | undefined> {
    const { store, clock } = this.where;
    const id = hashed(question.key);
    const key = `cache:${this.where.provider}:asking:${id}`;
    const value = randomUUID();
    const claim = { ttlMs: leaseMs, if: 'absent', pending: true } as const;
    const result = await this.reach.ask(() => store.put(key, value, claim));
    if ('standing' in result) return undefined;
    const { version: since } = result.written;
    const turn = (version: string | undefined) =>
      new AskingTurn({
        ...{ store, clock, since, leaseMs },
        reach: this.reach,
        lease: { key, value },
        answer: { key: this.keyOf(question.key), over: version },
        onEnd: () => void this.topic.tell({ asked: id }).catch(() => undefined),
      });
    // Another host may have had its turn since the look before.
    const now = await this.find(question).catch(() => before);
    if (now.version === before.version || now.answer === undefined || !serves(now.answer)) return turn(now.version);
    await turn(now.version).end();
    return now.answer;
  }

  private getAll(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    if (keys.length === 0) return Promise.resolve([]);
    const { store } = this.where;
    return this.reach.ask(() => Promise.all(keys.map((key) => store.get(key))));
  }

  private keyOf(question: string): string {
    return `cache:${this.where.provider}:answer:${hashed(question)}`;
  }
}

/** The shared answers of the provider. Made by the first of its policies, or clients, that shares any. */
export function sharedAnswersOf(where: Where): SharedAnswers {
  return where.shared(HOLDER).of(where);
}

const HOLDER = new SharedState(() => new Holder());

class Holder {
  private held: SharedAnswers | undefined;

  of(where: Where): SharedAnswers {
    return (this.held ??= new SharedAnswers(where));
  }
}

/** Versions are whole numbers, as text. */
function isBefore(version: string, other: string): boolean {
  return version.length === other.length ? version < other : version.length < other.length;
}
