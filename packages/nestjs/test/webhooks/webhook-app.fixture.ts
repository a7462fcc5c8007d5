import 'reflect-metadata';
import { request, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ResilienceModule,
  Webhook,
  WebhookEvent,
  WebhookGuard,
  type ResilienceOptions,
  type WebhookDelivery,
  type WebhookOptions,
} from '@breakwater/nestjs';
import {
  All,
  Controller,
  HttpCode,
  Module,
  Post,
  Req,
  Res,
  UseGuards,
  type INestApplication,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

export const platforms = ['express', 'fastify'] as const;
export type Platform = (typeof platforms)[number];

/** The part of both frameworks' responses that the rows use. */
export interface AnyResponse {
  status(code: number): { send(body: string): void };
  send(body: string): void;
}

/** A handler of webhooks, put together without decorator syntax so that a row can say its own. */
export interface Route {
  readonly path: string;
  readonly provider: string;
  /** Under `WebhookGuard` alone. */
  readonly guardOnly?: boolean;
  readonly events?: string | readonly string[];
  readonly status?: number;
  /** The handler takes `@Res()` and answers by itself. */
  readonly answersItself?: boolean;
  readonly anyVerb?: boolean;
  handle(event: WebhookDelivery, request: { params: Record<string, string> }, response: AnyResponse): unknown;
}

export interface WebhookApp {
  readonly app: INestApplication;
  readonly log: readonly string[];
  post(path: string, body: Body, headers?: OutgoingHttpHeaders, options?: Sending): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export type Body = string | Buffer | undefined;

export interface Sending {
  readonly method?: string;
  /** Hangs up when this is aborted. */
  readonly signal?: AbortSignal;
  readonly chunked?: boolean;
}

export interface WebhookAppOptions {
  readonly webhooks: Readonly<Record<string, WebhookOptions>>;
  readonly routes: readonly Route[];
  readonly resilience?: ResilienceOptions;
  readonly controllers?: readonly Type[];
  readonly nest?: NestApplicationOptions;
  prepare?(app: INestApplication): void;
}

/** A controller with one method for each route, named `handle`, `handle1`, … */
export function controllerOf(name: string, routes: readonly Route[]): Type {
  const controller = { [name]: class {} }[name]!;
  for (const [index, route] of routes.entries()) {
    const method = `handle${index || ''}`;
    const prototype = controller.prototype as Record<string, unknown>;
    prototype[method] = { [method]: (...args: Parameters<Route['handle']>) => route.handle(...args) }[method];
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method)!;
    const receives = route.guardOnly
      ? UseGuards(WebhookGuard(route.provider))
      : Webhook(route.provider, route.events === undefined ? {} : { events: route.events });
    const verb = route.anyVerb ? All(route.path) : Post(route.path);
    for (const decorate of [receives, verb, ...(route.status === undefined ? [] : [HttpCode(route.status)])]) {
      decorate(prototype, method, descriptor);
    }
    WebhookEvent()(prototype, method, 0);
    Req()(prototype, method, 1);
    if (route.answersItself) Res()(prototype, method, 2);
  }
  Controller()(controller);
  return controller;
}

/** Starts an application that receives webhooks, runs `work` with it, and closes it. */
export async function withWebhooks(
  platform: Platform,
  options: WebhookAppOptions,
  work: (app: WebhookApp) => Promise<void>,
): Promise<void> {
  const { webhooks, routes, resilience = {}, controllers = [], nest = {}, prepare } = options;
  const providers = Object.fromEntries(Object.entries(webhooks).map(([name, webhook]) => [name, { webhook }]));
  class AppModule {}
  Module({
    imports: [ResilienceModule.forRoot({ ...resilience, providers })],
    controllers: [controllerOf('Webhooks', routes), ...controllers],
  })(AppModule);
  const log: string[] = [];
  const note = (message: unknown) => void log.push(String(message));
  const logger = { log: note, debug: note, warn: note, error: note, fatal: note };
  const adapter: AbstractHttpAdapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create(AppModule, adapter, { ...nest, logger, abortOnError: false });
  try {
    prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    await work({ app, log, post: (...args) => send(port, ...args) });
  } finally {
    await app.close();
  }
}

/**
 * Sends bytes as they are, with headers that may come twice. A connection that ends without an answer is a status of 0.
 */
function send(
  port: number,
  path: string,
  body: Body,
  headers: OutgoingHttpHeaders = {},
  { method = 'POST', signal, chunked = false }: Sending = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const length = body === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(body) };
    const all = { ...length, ...headers, connection: 'close' };
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: all, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', () => resolve({ status: 0, headers: {}, text: '' }));
      },
    );
    sent.on('error', () => resolve({ status: 0, headers: {}, text: '' }));
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

/** Waits until something is so, a turn of the event loop at a time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise that is settled from outside. */
export function latch(): { readonly opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
