import { CONTROL_HEADER, type Control } from '../../src/wire/control.js';
import type { Frame, Greeting } from '../../src/wire/frame.js';

export type Link = 'connecting' | 'live' | 'lost';

/** A page that is not seen lets go of its connection after this time, in milliseconds. */
const HIDDEN_MS = 60_000;
/** A connection that is silent for so long may be gone without a word: after a laptop's sleep, or behind a proxy. */
const SILENT_MS = 6000;
/** The first word may take longer: `authorize` is asked about the page first, and then about the controls. */
const FIRST_WORD_MS = 30_000;
const AGAIN_MS = 5000;

/** The stream of the server. Connects again by itself, and rests while the page is not seen. */
export class Stream {
  private source: EventSource | undefined;
  private hideTimer = 0;
  private silenceTimer = 0;

  constructor(
    private readonly on: { greeting(greeting: Greeting): void; frame(frame: Frame): void; link(link: Link): void },
  ) {
    document.addEventListener('visibilitychange', () => this.seen(!document.hidden));
    this.on.link('connecting');
    this.connect();
  }

  private connect(): void {
    this.source?.close();
    this.expectWord(FIRST_WORD_MS);
    // Relative: the page knows neither the prefix nor the proxy that it stands behind.
    const source = new EventSource('./stream');
    this.source = source;
    source.addEventListener('greeting', (event) =>
      this.on.greeting(JSON.parse((event as MessageEvent<string>).data) as Greeting),
    );
    source.addEventListener('message', (event) => {
      this.heard();
      this.on.frame(JSON.parse(event.data as string) as Frame);
    });
    source.addEventListener('error', () => {
      this.on.link('lost');
      // A refusal ends the stream for good: look again, in case it was a deployment.
      if (source.readyState === EventSource.CLOSED)
        window.setTimeout(() => this.source === source && this.connect(), AGAIN_MS);
    });
  }

  private heard(): void {
    this.on.link('live');
    this.expectWord(SILENT_MS);
  }

  private expectWord(withinMs: number): void {
    window.clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => {
      this.on.link('lost');
      this.connect();
    }, withinMs);
  }

  private seen(isSeen: boolean): void {
    window.clearTimeout(this.hideTimer);
    if (isSeen) {
      if (this.source !== undefined) return;
      this.on.link('connecting');
      this.connect();
      return;
    }
    this.hideTimer = window.setTimeout(() => {
      this.source?.close();
      this.source = undefined;
      window.clearTimeout(this.silenceTimer);
    }, HIDDEN_MS);
  }
}

/** Uses a control. Returns what went wrong; `undefined` when it is done. */
export async function control(use: Control): Promise<string | undefined> {
  try {
    const response = await fetch('./controls', {
      method: 'POST',
      headers: { 'content-type': 'application/json', [CONTROL_HEADER]: '1' },
      body: JSON.stringify(use),
    });
    if (response.ok) return undefined;
    if (response.status === 403) return 'You may not do that.';
    return response.status < 500
      ? `The server says no (${response.status}).`
      : `It did not work (${response.status}). The log of the server may say why.`;
  } catch {
    return 'The server cannot be reached.';
  }
}
