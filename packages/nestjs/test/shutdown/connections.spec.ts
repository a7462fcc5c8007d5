import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import { Controller, Get, Injectable, Logger, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { firstValueFrom } from 'rxjs';
import {
  CircuitBreaker,
  InjectHttp,
  Resilience,
  ResilienceModule,
  Resilient,
  type ProviderPatch,
} from '../../src/index.js';
import { localProvider, type LocalServer } from '../http-client.fixture.js';

/** An application with a client. Its classes are new ones each time, as after a hot reload. */
async function start(baseUrl: string): Promise<INestApplication> {
  @Injectable()
  @Resilient('files')
  class Files {
    constructor(@InjectHttp('files') private readonly http: HttpService) {}

    @CircuitBreaker()
    async read(path: string): Promise<string> {
      return (await firstValueFrom(this.http.get<string>(path))).data;
    }
  }
  @Controller()
  class Routes {
    constructor(private readonly files: Files) {}

    @Get('once')
    once(): Promise<string> {
      return this.files.read('/file');
    }

    /** The second request begins when the application may be closing. */
    @Get('twice')
    async twice(): Promise<string> {
      return (await this.files.read('/held')) + (await this.files.read('/held'));
    }
  }
  const files = { http: { baseUrl } };
  @Module({
    imports: [ResilienceModule.forRoot({ logger: false, providers: { files } })],
    controllers: [Routes],
    providers: [Files],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule as Type, { logger: false });
  Logger.overrideLogger(false);
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  return app;
}

async function ask(app: INestApplication, route: string): Promise<string> {
  const answer = await fetch(`${await app.getUrl()}/${route}`, { headers: { connection: 'close' } });
  return answer.text();
}

describe('the connections to a provider', () => {
  let server: LocalServer;
  let held: ServerResponse[] = [];
  const open = () => [...server.sockets].filter((socket) => !socket.destroyed);
  const allClosed = () => Promise.all(open().map((socket) => once(socket, 'close')));

  beforeEach(async () => {
    held = [];
    server = await localProvider(({ url }, response) => {
      if (url === '/held') held.push(response);
      else response.end('ok');
    });
  });
  afterEach(() => server.close());

  async function holding(times: number): Promise<ServerResponse> {
    while (held.length < times) await new Promise((resolve) => setImmediate(resolve));
    return held.at(-1)!;
  }

  it('are kept while the application runs, and closed with it', async () => {
    const app = await start(server.origin);
    for (let i = 0; i < 3; i++) expect(await ask(app, 'once')).toBe('ok');
    expect([server.sockets.size, open().length]).toEqual([1, 1]);
    await Promise.all([app.close(), allClosed()]);
  });

  it('serve the requests of calls under way while the application closes, and are closed after the last', async () => {
    const app = await start(server.origin);
    const answer = ask(app, 'twice');
    const first = await holding(1);
    const closing = app.close();
    first.end('first ');
    (await holding(2)).end('second');
    expect(await answer).toBe('first second');
    await Promise.all([closing, allClosed()]);
  });

  it('outlive a change of other settings; where a change is of theirs, those of before are closed once idle', async () => {
    const app = await start(server.origin);
    const patch = (changes: ProviderPatch) => app.get(Resilience).reconfigure('files', changes);
    await ask(app, 'once');
    patch({ http: { headers: { 'x-version': '2' } }, circuitBreaker: { openFor: '9s' } });
    await ask(app, 'once');
    expect(server.sockets.size).toBe(1);
    const [before] = open();
    patch({ http: { maxSockets: 7 } });
    await Promise.all([once(before!, 'close'), ask(app, 'once')]);
    expect(open()).toHaveLength(1);
    await app.close();
  });

  it('are none of an application that was closed for the next one in the same process, as hot reloads do', async () => {
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    await reload();
    const before = listeners();
    for (let i = 0; i < 10; i++) await reload();
    expect([open(), listeners()]).toEqual([[], before]);

    async function reload(): Promise<void> {
      const app = await start(server.origin);
      expect(await ask(app, 'once')).toBe('ok');
      await Promise.all([app.close(), allClosed()]);
    }
  });
});
