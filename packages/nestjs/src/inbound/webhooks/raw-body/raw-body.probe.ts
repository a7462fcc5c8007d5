import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { parsersBefore } from './parsers-before.js';
import { whenAdapterKnown } from './when-adapter-known.js';

/** Whether Nest keeps the raw body: told to, not told to, or it parses none (`bodyParser: false`, or no HTTP). */
export type RawBodyState = 'on' | 'off' | 'none';

/**
 * Finds out whether Nest keeps the raw body, which no public option tells: by listening in when it registers its
 * parsers, at the beginning of `app.init()`.
 */
@Injectable()
export class RawBodyProbe {
  private seen: RawBodyState = 'none';
  private parses = false;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    whenAdapterKnown(host, (adapter) => {
      const register = adapter.registerParserMiddleware.bind(adapter);
      adapter.registerParserMiddleware = (prefix, rawBody) => {
        this.seen = rawBody === true ? 'on' : 'off';
        this.parses = parsersBefore(adapter);
        return register(prefix, rawBody);
      };
    });
  }

  /** Settled when the hooks of the modules run. */
  get state(): RawBodyState {
    return this.seen;
  }

  /**
   * Whether the bytes of webhooks are lost to a parser. Nest's own pass over webhook routes, on Express and on Fastify.
   */
  get losesBytes(): boolean {
    return this.seen === 'off' && this.parses;
  }
}
