import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { leaveWebhooksUnread, type FastifyLike } from './leave-webhooks-unread.js';
import { markWebhookRoutes } from './webhook-route-mark.js';

/** Whether Nest keeps the raw body: told to, not told to, or it parses none (`bodyParser: false`, or no HTTP). */
export type RawBodyState = 'on' | 'off' | 'none';

/** The part of an HTTP adapter that matters here. */
interface Adapter {
  getType(): string;
  getInstance(): unknown;
  registerParserMiddleware(prefix?: string, rawBody?: boolean): unknown;
}

/**
 * Finds out whether Nest keeps the raw body, which no public option tells: by listening in when it registers its parsers, at the
 * beginning of `app.init()`. On Fastify it also has the bodies of webhooks left to the guard.
 */
@Injectable()
export class RawBodyProbe {
  private seen: RawBodyState = 'none';

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {
    const adapter = host.httpAdapter as Adapter | undefined;
    // A testing module is given its adapter after its instances.
    if (adapter) this.watch(adapter);
    else host.init$.subscribe(() => this.watch(host.httpAdapter as Adapter | undefined));
  }

  /** Settled when the hooks of the modules run. */
  get state(): RawBodyState {
    return this.seen;
  }

  private watch(adapter: Adapter | undefined): void {
    if (!adapter) return;
    const register = adapter.registerParserMiddleware.bind(adapter);
    adapter.registerParserMiddleware = (prefix, rawBody) => {
      this.seen = rawBody === true ? 'on' : 'off';
      return register(prefix, rawBody);
    };
    if (adapter.getType() !== 'fastify') return;
    for (const { controllers } of this.modules.values()) {
      for (const { metatype } of controllers.values()) if (metatype !== null) markWebhookRoutes(metatype);
    }
    leaveWebhooksUnread(adapter.getInstance() as FastifyLike);
  }
}
