import 'reflect-metadata';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Server } from 'node:http';

@Controller()
class Orders {
  @Get('order')
  find(): object {
    return { id: 'order-1', paid: true };
  }
}

@Module({ controllers: [Orders] })
class RouteModule {}

/** A route of this process that has nothing to do with its jobs, and a caller of it in another process. */
export class OtherRoute {
  private constructor(
    private readonly app: INestApplication,
    private readonly caller: ChildProcess,
  ) {}

  static async start(): Promise<OtherRoute> {
    const app = await NestFactory.create(RouteModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const server = app.getHttpServer() as Server;
    // Longer than a round: the caller's connection is not to be closed between two.
    server.keepAliveTimeout = 120_000;
    const { port } = server.address() as AddressInfo;
    const script = fileURLToPath(new URL('route-caller.main.js', import.meta.url));
    const route = new OtherRoute(app, fork(script, [String(port)], { execArgv: [] }));
    await route.timesBeside(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    return route;
  }

  /** How long each request took that was made until `work` was done, in milliseconds. */
  async timesBeside(work: () => Promise<unknown>): Promise<readonly number[]> {
    this.caller.send('start');
    await work();
    this.caller.send('stop');
    const [times] = (await once(this.caller, 'message')) as [number[]];
    return times;
  }

  async close(): Promise<void> {
    this.caller.disconnect();
    await this.app.close();
  }
}

export function p99Of(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
