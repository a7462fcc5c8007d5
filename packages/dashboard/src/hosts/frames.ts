import type { HostView } from '../wire/frame.js';
import type { Since } from '../watching/host-watch.js';

/** How many of the latest seconds a patch repeats: the last one goes on, and patches are up to three apart. */
const REPEATED_S = 6;

interface Told {
  readonly providers: Map<string, string>;
  queues: string;
  event: number;
}

/**
 * Writes what pages are sent: everything to one that has just come, and to all others together the parts that have
 * changed. Each part is made into text once, whichever and however many pages there are.
 */
export class Frames {
  private readonly told = new Map<string, Told>();

  /** How far back the next patch needs the view of a host. */
  sinceOf(host: string, epochMs: number): Since {
    return { second: Math.floor(epochMs / 1000) - REPEATED_S, event: this.told.get(host)?.event ?? 0 };
  }

  /** Everything, as one message. */
  static full(hosts: readonly HostView[], at: number): string {
    return messageOf(`{"full":true,"at":${at},"gone":[],"hosts":${JSON.stringify(hosts)}}`);
  }

  /** The parts that no patch before has told. */
  patch(hosts: readonly HostView[], at: number): string {
    const gone = [...this.told.keys()].filter((host) => !hosts.some((each) => each.host === host));
    for (const host of gone) this.told.delete(host);
    const parts = hosts.map((view) => this.changed(view, at));
    return messageOf(`{"full":false,"at":${at},"gone":${JSON.stringify(gone)},"hosts":[${parts.join()}]}`);
  }

  private changed({ host, at, providers, queues, events }: HostView, now: number): string {
    const told = this.toldOf(host);
    const since = Math.floor(now / 1000) - REPEATED_S;
    const texts = providers.flatMap((provider) => {
      // The views of other hosts reach back five minutes.
      const seconds = provider.seconds.filter(([second]) => second >= since);
      const slices = provider.slices.slice(-2);
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
    const head = `"host":${JSON.stringify(host)},"at":${at}`;
    return `{${head},"providers":[${texts.join()}],${hasNewQueues ? `"queues":${queueText},` : ''}"events":${JSON.stringify(fresh)}}`;
  }

  private toldOf(host: string): Told {
    let told = this.told.get(host);
    if (told === undefined) this.told.set(host, (told = { providers: new Map(), queues: '', event: 0 }));
    return told;
  }
}

function messageOf(data: string): string {
  return `data: ${data}\n\n`;
}
