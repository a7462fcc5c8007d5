import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

/** The shop, configured by the environment and not yet listening. */
export function createCheckoutApp(): Promise<NestExpressApplication> {
  return NestFactory.create<NestExpressApplication>(AppModule, {
    // Webhooks are signed byte for byte.
    rawBody: true,
    // Clients that still wait for an answer do not hold up the end.
    forceCloseConnections: true,
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
}
