import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** A mock service that listens. */
export interface MockService {
  readonly app: INestApplication;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Ends it at once: every open socket is destroyed, those of hanging requests included. */
  close(): Promise<void>;
}

/** Starts `module` on the loopback interface, quietly; port 0 is any free one. */
export async function startMockService(module: DynamicModule, port = 0): Promise<MockService> {
  const app = await NestFactory.create(module, {
    logger: ['warn', 'error', 'fatal'],
    bodyParser: false,
    forceCloseConnections: true,
    abortOnError: false,
  });
  await app.listen(port, '127.0.0.1');
  return { app, url: await app.getUrl(), close: () => app.close() };
}
