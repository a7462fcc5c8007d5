import type { HostView } from '../wire/frame.js';
import type { Since } from '../watching/host-watch.js';

/** How many of the latest seconds a patch repeats: the last one goes on, and patches are up to three apart. */
const REPEATED_S = 6;

interface Told {
  /** The name under which it was told. */
  readonly host: string;
  readonly providers: Map<string, string>;
  queues: string;
  event: number;
}

/**
 * Writes what pages are sent: everything to one that has just come, and to all others together the parts that have
 * changed. Each part is made into text once, whichever and however many pages there are.
 */
export class Frames {
  /** By id: a host may take the name of another. */
  private readonly told = new Map<string, Told>();

  /** How far back the next patch needs the view of a host. */
  sinceOf(id: string, epochMs: number): Since {
    return { second: Math.floor(epochMs / 1000) - REPEATED_S, event: this.told.get(id)?.event ?? 0 };
  }

  /** Everything, as one message. */
  static full(hosts: readonly HostView[], at: number): string {
    return messageOf(`{"full":true,"at":${at},"gone":[],"hosts":${JSON.stringify(hosts)}}`);
  }

  /** The parts that no patch before has told. */
  patch(hosts: readonly HostView[], at: number): string {
    const isThere = (id: string, host: string) => hosts.some((each) => each.id === id && each.host === host);
    const left = [...this.told].filter(([id, { host }]) => !isThere(id, host));
    for (const [id] of left) this.told.delete(id);
    const gone = left.map(([, { host }]) => host);
    const parts = hosts.map((view) => this.changed(view, at));
    return messageOf(`{"full":false,"at":${at},"gone":${JSON.stringify(gone)},"hosts":[${parts.join()}]}`);
  }

  private changed({ id: hostId, host, at, providers, queues, events }: HostView, now: number): string {
    const isNew = !this.told.has(hostId);
    const told = this.toldOf(hostId, host);
    const since = Math.floor(now / 1000) - REPEATED_S;
    const texts = providers.flatMap((provider) => {
      // The views of other hosts reach back five minutes, of which those that are known need no more than the latest.
      const seconds = isNew ? provider.seconds : provider.seconds.filter(([second]) => second >= since);
      const slices = isNew ? provider.slices : provider.slices.slice(-2);
      const text = JSON.stringify({ ...provider, seconds, slices });
      if (told.providers.get(provider.name) === text) return [];
      told.providers.set(provider.name, text);
      return [text];
    });
    const fresh = events.filter(({ id }) => id > told.event);
    told.event = fresh.at(-1)?.id ?? told.event;
    const queueText = JSON.stringify(queues);
    const hasNewQueues = queueText !== told.queues;
    told.queues = queueText;
    const head = `"id":${JSON.stringify(hostId)},"host":${JSON.stringify(host)},"at":${at}`;
    return `{${head},"providers":[${texts.join()}],${hasNewQueues ? `"queues":${queueText},` : ''}"events":${JSON.stringify(fresh)}}`;
  }

  private toldOf(id: string, host: string): Told {
    let told = this.told.get(id);
    if (told === undefined) this.told.set(id, (told = { host, providers: new Map(), queues: '', event: 0 }));
    return told;
  }
}

function messageOf(data: string): string {
  return `data: ${data}\n\n`;
}
