import type { Bus, Clock, Store, Unsubscribe } from '@breakwater/core';
import type { HostView } from '../wire/frame.js';

const TOPIC = 'dashboard';
/** How often a host with open pages asks the others for their views, and how often they tell. */
const ASK_EVERY_MS = 4000;
const TELL_EVERY_MS = 2000;
/** How long others go on telling after they were asked last. */
const ASKED_FOR_MS = 10_000;
/** After how long without word a host is taken to be gone. */
const GONE_AFTER_MS = 10_000;

/** A message on the bus. */
type Message =
  | { readonly kind: 'ask' }
  | { readonly kind: 'view'; readonly id: string }
  | { readonly kind: 'gone'; readonly id: string }
  | {
      readonly kind: 'control';
      readonly id: string;
      readonly host: string;
      readonly control: unknown;
      readonly by?: string;
    };

export interface ExchangeParts {
  readonly id: string;
  readonly host: string;
  readonly clock: Clock;
  readonly store: Store;
  /** Everything that this host knows of itself. */
  view(): HostView;
  /** Told of a control that was used on the page of another host. */
  onControl(message: { readonly host: string; readonly control: unknown; readonly by?: string }): void;
}

/**
 * Shows hosts to each other, over the store that they share and its bus. A view stands in the store and is announced
 * on the bus; nothing is written while no page is open on any of them. Where there is no bus, each host is alone.
 */
export class HostExchange {
  private readonly id: string;
  private readonly views = new Map<string, HostView>();
  private readonly seenAt = new Map<string, number>();
  /** The hosts whose views are being read. */
  private readonly taking = new Set<string>();
  private unsubscribe: Unsubscribe | undefined;
  private askedAt = -Infinity;
  private askingAt = -Infinity;
  private isTelling = false;
  private isClosed = false;

  constructor(private readonly parts: ExchangeParts) {
    this.id = parts.id;
  }

  /** Listens to the others. A bus that is away is asked again: no application waits for it to start or to close. */
  open(): void {
    if (this.bus !== undefined) void this.listen(this.bus);
  }

  /** Tells those who know of this host: one that takes its place would otherwise stand beside it for a while. */
  async close(): Promise<void> {
    this.isClosed = true;
    const isKnown = this.parts.clock.now() - this.askedAt < ASKED_FOR_MS + GONE_AFTER_MS;
    if (isKnown) await this.publish({ kind: 'gone', id: this.id });
    await this.leave();
  }

  /** Asks the others for their views. To be called regularly while a page is open. */
  ask(): void {
    const now = this.parts.clock.now();
    if (now - this.askingAt < ASK_EVERY_MS) return;
    this.askingAt = now;
    void this.publish({ kind: 'ask' });
  }

  /** Has the other hosts use a control as well. */
  tellOfControl(control: unknown, by: string | undefined): void {
    const { id } = this;
    void this.publish({ kind: 'control', id, host: this.parts.host, control, ...(by !== undefined && { by }) });
  }

  /** The latest views of the others, each under a name of its own. */
  get others(): readonly HostView[] {
    const now = this.parts.clock.now();
    for (const [id, at] of this.seenAt) {
      if (now - at >= GONE_AFTER_MS) this.forget(id);
    }
    const names = [this.parts.host, ...[...this.views.values()].map(({ host }) => host)];
    const isShared = (host: string) => names.indexOf(host) !== names.lastIndexOf(host);
    return [...this.views].map(([id, view]) =>
      isShared(view.host) ? { ...view, host: `${view.host} · ${id.slice(0, 4)}` } : view,
    );
  }

  private get bus(): Bus | undefined {
    return this.parts.store.bus;
  }

  private hear(text: string): void {
    const message = parsed(text) as Message | undefined;
    if (message?.kind === 'ask') this.asked();
    else if (message?.kind === 'control' && message.id !== this.id) this.parts.onControl(message);
    else if (message?.kind === 'view' && message.id !== this.id) void this.take(message.id);
    else if (message?.kind === 'gone') this.lose(message.id);
  }

  private lose(id: string): void {
    this.taking.delete(id);
    this.forget(id);
  }

  private forget(id: string): void {
    this.seenAt.delete(id);
    this.views.delete(id);
  }

  private async listen(bus: Bus): Promise<void> {
    while (!this.isClosed && this.unsubscribe === undefined) {
      try {
        this.unsubscribe = await bus.subscribe(TOPIC, (text) => this.hear(text));
        if (this.isClosed) await this.leave();
      } catch {
        // The store tells of its failures itself.
        await sleep(this.parts.clock, ASK_EVERY_MS);
      }
    }
  }

  private async leave(): Promise<void> {
    await this.unsubscribe?.().catch(() => undefined);
  }

  private asked(): void {
    this.askedAt = this.parts.clock.now();
    if (!this.isTelling) void this.tell();
  }

  private async tell(): Promise<void> {
    const { clock, store, view } = this.parts;
    const { id } = this;
    this.isTelling = true;
    try {
      while (!this.isClosed && clock.now() - this.askedAt < ASKED_FOR_MS) {
        await store.put(keyOf(id), JSON.stringify(view()), { ttlMs: GONE_AFTER_MS, if: 'always' });
        // It may have told meanwhile that it is gone.
        if (!this.isClosed) void this.publish({ kind: 'view', id });
        await sleep(clock, TELL_EVERY_MS);
      }
    } catch {
      // The store tells of its failures itself; the next question starts anew.
    } finally {
      this.isTelling = false;
    }
  }

  private async take(id: string): Promise<void> {
    this.taking.add(id);
    try {
      const entry = await this.parts.store.get(keyOf(id));
      // It may have gone while its view was read.
      if (!this.taking.delete(id)) return;
      const view = entry && (parsed(entry.value) as HostView | undefined);
      // A host of another version may show itself otherwise.
      if (view === undefined || !Array.isArray(view.providers) || !Array.isArray(view.events)) return;
      this.views.set(id, { ...view, id });
      this.seenAt.set(id, this.parts.clock.now());
    } catch {
      // As above: what is not heard of in time is gone.
      this.taking.delete(id);
    }
  }

  private async publish(message: Message): Promise<void> {
    await this.bus?.publish(TOPIC, JSON.stringify(message)).catch(() => undefined);
  }
}

function keyOf(id: string): string {
  return `dashboard:${id}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A wait that does not keep the process alive. */
function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.scheduleForAll(ms, resolve).unref());
}
