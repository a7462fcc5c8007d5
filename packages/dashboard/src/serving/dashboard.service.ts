import { hostname } from 'node:os';
import { pid } from 'node:process';
import type { Contribution } from '@breakwater/core/adapter';
import { contributionsOf, hasLeft, type ResilienceParts } from '@breakwater/nestjs/adapter';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { Controls, isOfCircuit, readControl } from '../controls/controls.js';
import { isOfOthers } from '../controls/is-of-others.js';
import type { Authorization, DashboardOptions } from '../dashboard.options.js';
import { HostExchange } from '../hosts/host-exchange.js';
import { HostWatch } from '../watching/host-watch.js';
import type { Greeting } from '../wire/frame.js';
import { Access, isDeliberate, isSameOrigin } from './access.js';
import { Broadcaster } from './broadcaster.js';
import { DashboardLog } from './dashboard-log.js';
import { answer, answerJson, open, type Exchange } from './exchange.js';
import { framing } from './framing.js';
import { PageClient } from './page-client.js';
import { pageFile } from './page-files.js';
import { redirectFrom } from './redirect-from.js';

/** The headers of the stream: neither compressed nor held back on the way. */
const STREAMED = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** Answers the requests of the page. Every one of them is authorized, those for scripts and styles too. */
export class DashboardService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly access: Access;
  private readonly watch: HostWatch;
  private readonly exchange: HostExchange;
  private readonly controls: Controls;
  private readonly framing: Readonly<Record<string, string>>;
  private readonly log: DashboardLog;
  private contributions: readonly Contribution[] | undefined;
  readonly broadcaster: Broadcaster;

  constructor(
    parts: ResilienceParts,
    private readonly discovery: DiscoveryService,
    private readonly options: DashboardOptions,
  ) {
    const { host = `${hostname()}:${pid}` } = options;
    const { clock, store } = parts;
    // Looked for anew until the application has started: not all are made before.
    const contributions = () => this.contributions ?? contributionsOf(discovery);
    this.log = new DashboardLog(parts);
    this.access = new Access(options.authorize, clock, this.log);
    this.framing = framing(options.frameAncestors);
    this.watch = new HostWatch(host, parts, contributions);
    this.controls = new Controls(parts, contributions);
    this.exchange = new HostExchange({
      id: this.watch.id,
      host,
      clock,
      store,
      view: () => this.watch.view({ second: 0, event: 0 }),
      onControl: ({ host: from, control, by }) => {
        const read = readControl(control);
        const operator = { host: from, ...(by !== undefined && { by }) };
        if (read === undefined) return;
        const onFailure = (error: unknown) => this.log.failed('a control from the page of another host', error);
        this.controls.apply(read, operator).catch(onFailure);
      },
    });
    const onFailure = (error: unknown) => this.log.failed('telling open pages', error);
    this.broadcaster = new Broadcaster(clock, this.watch, this.exchange, onFailure);
  }

  onApplicationBootstrap(): void {
    this.contributions = contributionsOf(this.discovery);
    this.exchange.open();
  }

  /** Before the server is drained: it would wait for the streams to end. */
  async onModuleDestroy(): Promise<void> {
    this.broadcaster.close();
    this.watch.close();
    await this.exchange.close();
  }

  async redirect(exchange: Exchange): Promise<void> {
    if ((await this.mayRead(exchange)) === false) return refuse(exchange);
    answer(exchange, 302, { headers: { ...this.framing, Location: redirectFrom(exchange.raw.url ?? '') } });
  }

  async file(exchange: Exchange, name: string): Promise<void> {
    if ((await this.mayRead(exchange)) === false) return refuse(exchange);
    const file = pageFile(name);
    if (file === undefined) return answerJson(exchange, 404, { error: 'there is no such file' });
    const accepts = exchange.raw.headers['accept-encoding'];
    const isZipped = typeof accepts === 'string' && /\bgzip\b/.test(accepts);
    answer(exchange, 200, {
      headers: {
        'Content-Type': file.type,
        ...this.framing,
        // The names of all but the page itself change with their content.
        'Cache-Control': name.startsWith('assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
        Vary: 'Accept-Encoding',
        ...(isZipped && { 'Content-Encoding': 'gzip' }),
      },
      body: isZipped ? file.zipped : file.plain,
    });
  }

  async state(exchange: Exchange): Promise<void> {
    if (!isSameOrigin(exchange.raw) || (await this.mayRead(exchange)) === false) return refuse(exchange);
    answerJson(exchange, 200, { ...(await this.greeting(exchange)), hosts: this.broadcaster.hosts() });
  }

  async stream(exchange: Exchange): Promise<void> {
    const { raw, response } = exchange;
    if (!isSameOrigin(raw) || (await this.mayRead(exchange)) === false) return refuse(exchange);
    if (this.broadcaster.isFull) return answerJson(exchange, 503, { error: 'too many pages are open' });
    if (hasLeft(exchange.response)) return;
    open(exchange, 200, STREAMED);
    // It has no body, and so no end either that the reader would wait for.
    if (raw.method === 'HEAD') return void response.end();
    // Something that no page takes for a message: `authorize` may take its time for the controls.
    response.write(':\n\n');
    const greeting = await this.greeting(exchange);
    if (hasLeft(exchange.response)) return;
    response.write(`event: greeting\ndata: ${JSON.stringify(greeting)}\n\n`);
    const client = new PageClient(response, () => this.broadcaster.everything());
    const remove = this.broadcaster.add({
      client,
      mayRead: async () => (await this.mayRead(exchange)) !== false,
    });
    response.on('error', remove);
    response.on('close', remove);
  }

  async control(exchange: Exchange, body: unknown): Promise<void> {
    const control = readControl(body);
    if (!isDeliberate(exchange.raw)) return refuse(exchange);
    if (control === undefined) {
      if ((await this.mayRead(exchange)) === false) return refuse(exchange);
      return answerJson(exchange, 400, { error: 'expected { action, target } of a known action' });
    }
    const authorization = await this.access.of(exchange, control.action);
    if (authorization === false || (await this.mayRead(exchange)) === false) return refuse(exchange);
    const isKnown = this.controls.knows(control);
    if (!isKnown && !isOfOthers(control, this.exchange.others)) {
      return answerJson(exchange, 404, { error: 'there is nothing of this name' });
    }
    const by = typeof authorization === 'object' ? authorization.by : undefined;
    await this.controls.apply(control, { host: this.watch.host, ...(by !== undefined && { by }) });
    // Circuits are those of each process. A queue is its driver's: one host that runs it acts for all that share it.
    if (!isKnown || isOfCircuit(control)) this.exchange.tellOfControl(control, by);
    answerJson(exchange, 200, { done: true });
  }

  /** Answers for a request whose answer has failed, and says why in the log. */
  failed(exchange: Exchange, error: unknown): void {
    this.log.failed('a request of the page', error);
    if (exchange.response.headersSent) exchange.response.destroy();
    else answerJson(exchange, 500, { error: 'this has failed; the log says why' });
  }

  private mayRead(exchange: Exchange): Promise<Authorization> {
    return this.access.of(exchange, 'read');
  }

  private async greeting(exchange: Exchange): Promise<Greeting> {
    const { title = '' } = this.options;
    return { title, host: this.watch.host, allowed: await this.access.allowed(exchange) };
  }
}

/** Says no, and not why. */
function refuse(exchange: Exchange): void {
  answerJson(exchange, 403, { error: 'this is not for you' });
}
