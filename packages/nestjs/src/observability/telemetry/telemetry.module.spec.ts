import 'reflect-metadata';
import { CONTRIBUTION, type Contribution } from '@breakwater/core/adapter';
import { ResilienceTestingModule } from '@breakwater/nestjs/testing';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Registry, type OpenMetricsContentType } from 'prom-client';
import type { AddressInfo } from 'node:net';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import { PROMETHEUS_NAMES } from './prometheus-metrics.js';
import { TelemetryModule } from './telemetry.module.js';
import type { TelemetryOptions } from './telemetry.options.js';

class ManualReader extends MetricReader {
  protected override onShutdown = async () => undefined;
  protected override onForceFlush = async () => undefined;
}

@Injectable()
class Jobs {
  readonly [CONTRIBUTION]: Contribution = {
    queues: () => [
      { name: 'crm', paused: false, waiting: 4, delayed: 1, active: 2, completed: 30, failed: 3, dead: 1 },
    ],
  };
}

const providers = {
  payments: {
    retry: { attempts: 3, backoff: { initial: '100ms', jitter: 'none' } },
    circuitBreaker: true,
    bulkhead: { concurrency: 5 },
    rateLimit: { limit: 100, per: '1s' },
    timeout: { attempt: '1s' },
    methods: { plain: { retry: false } },
  },
  catalog: { cache: { ttl: '1s', staleWhileRevalidate: '1m' } },
  hedged: { hedge: { delay: '100ms' } },
} as const;

const SECRET = 'sk_live_4242';
let app: INestApplication;

async function application(telemetry: TelemetryOptions, adapter: 'Express' | 'Fastify' = 'Express') {
  const module = await Test.createTestingModule({
    imports: [
      ResilienceTestingModule,
      TelemetryModule.forRoot(telemetry),
      ResilienceModule.forRoot({ logger: false, providers }),
    ],
    providers: [Jobs],
  }).compile();
  app = module.createNestApplication(adapter === 'Express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: false,
  });
  app.enableVersioning();
  await app.listen(0);
  const resilience = app.get(Resilience);
  return {
    payments: resilience.provider('payments'),
    catalog: resilience.provider('catalog'),
    hedged: resilience.provider('hedged'),
    clock: module.get(ResilienceTestingModule).clock,
  };
}

function tracing() {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('spec');
  return { tracer, exporter };
}

afterEach(() => app.close());
beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));

describe('spans', () => {
  it('are one for a logical call, with an event for each attempt, and the caller’s span above', async () => {
    const { tracer, exporter } = tracing();
    const { payments, clock } = await application({ tracer, meter: false });
    let sent = 0;
    const inner: (string | undefined)[] = [];
    const outer = tracer.startSpan('request');
    const call = context.with(trace.setSpan(context.active(), outer), () =>
      payments.execute(
        () => {
          inner.push(trace.getActiveSpan()?.spanContext().spanId);
          if (++sent < 3)
            throw Object.assign(new Error(SECRET), {
              response: { status: 503, headers: {} },
              config: { method: 'get' },
            });
          return 'done';
        },
        { operation: 'charge', args: [SECRET], key: SECRET },
      ),
    );
    await clock.advance('5s');
    expect(await call).toBe('done');
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'payments charge',
      parentSpanContext: outer.spanContext(),
      attributes: {
        'breakwater.provider': 'payments',
        'breakwater.operation': 'charge',
        'breakwater.outcome': 'success',
        'breakwater.attempts': 3,
      },
    });
    expect(span!.events.map(({ attributes }) => attributes)).toMatchObject([
      { 'breakwater.attempt': 1, 'breakwater.outcome': 'unknown', 'http.response.status_code': 503 },
      { 'breakwater.attempt': 2, 'breakwater.outcome': 'unknown' },
      { 'breakwater.attempt': 3, 'breakwater.outcome': 'success' },
    ]);
    // The method’s own spans are traced below the call.
    expect(new Set(inner)).toEqual(new Set([span!.spanContext().spanId]));
    expect(JSON.stringify(span, ['name', 'attributes', 'events', 'status', 'message'])).not.toContain(SECRET);
  });

  it('have no event for the one attempt that most calls have: its status stands on the span', async () => {
    const { tracer, exporter } = tracing();
    const { payments } = await application({ tracer, meter: false });
    await payments.execute(() => new Response(null, { status: 204 }), { operation: 'plain' });
    const conflict = Object.assign(new Error(SECRET), { response: { status: 409, headers: {} } });
    await expect(payments.execute(() => Promise.reject(conflict), { operation: 'plain' })).rejects.toBe(conflict);
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ attributes, events }) => ({ ...attributes, events }))).toMatchObject([
      { 'breakwater.attempts': 1, 'breakwater.outcome': 'success', events: [] },
      { 'breakwater.attempts': 1, 'http.response.status_code': 409, 'error.type': '409', events: [] },
    ]);
  });

  it('tell when each of several attempts has ended, those side by side too', async () => {
    const { tracer, exporter } = tracing();
    const { hedged, clock } = await application({ tracer, meter: false });
    const epochMs = clock.wallNow();
    let sent = 0;
    const call = hedged.execute(
      () => new Promise((resolve) => void clock.schedule(++sent === 1 ? 300 : 50, () => resolve('found'))),
      { operation: 'find' },
    );
    await clock.advance('1s');
    expect(await call).toBe('found');
    const [span] = exporter.getFinishedSpans();
    const told = span!.events.map(({ attributes, time: [s, ns] }) => ({ attributes, at: s * 1000 + ns / 1e6 }));
    expect(told).toMatchObject([
      { attributes: { 'breakwater.outcome': 'success', 'breakwater.attempt.duration': 0.05 }, at: epochMs + 150 },
      { attributes: { 'breakwater.outcome': 'cancelled', 'breakwater.attempt.duration': 0.15 } },
    ]);
  });

  it('of a call that begins a trace and is not sampled are found below it, and otherwise the span around it is', async () => {
    const tracer = new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('spec');
    const { payments } = await application({ tracer, meter: false });
    const below = () =>
      payments.execute(() => trace.getActiveSpan()?.spanContext(), { operation: 'plain' }) as Promise<
        ReturnType<typeof outer.spanContext> | undefined
      >;
    const outer = tracing().tracer.startSpan('request');
    expect(await context.with(ROOT_CONTEXT, below)).toMatchObject({ traceFlags: 0 });
    expect(await context.with(trace.setSpan(ROOT_CONTEXT, outer), below)).toEqual(outer.spanContext());
  });

  it('say who refused a call, and what kind of failure it was, and never what an error says', async () => {
    const { tracer, exporter } = tracing();
    const { payments } = await application({ tracer, meter: false });
    payments.circuitBreaker!.isolate();
    await expect(payments.execute(() => 'never', { operation: 'plain' })).rejects.toThrow('circuit');
    payments.circuitBreaker!.reset();
    await expect(payments.execute(() => Promise.reject(new Error(SECRET)), { operation: 'plain' })).rejects.toThrow(
      SECRET,
    );
    expect(exporter.getFinishedSpans().map(({ attributes, status }) => ({ ...attributes, ...status }))).toMatchObject([
      { 'breakwater.outcome': 'refused', 'error.type': 'CIRCUIT_OPEN', code: 2 },
      { 'breakwater.outcome': 'unknown', 'error.type': 'unknown', code: 2 },
    ]);
    expect(JSON.stringify(exporter.getFinishedSpans().map(({ events, status }) => [events, status]))).not.toContain(
      SECRET,
    );
  });

  it('of what a cache loads, at first and in the background, link to the call that has begun it', async () => {
    const { tracer, exporter } = tracing();
    const { catalog, clock } = await application({ tracer, meter: false });
    const read = () => catalog.execute(() => 'price', { operation: 'price', args: [1] });
    await read();
    await clock.advance('10s');
    await read();
    await clock.advance('1s');
    const spans = exporter.getFinishedSpans();
    const calls = spans.filter(({ name }) => name === 'catalog price');
    const loads = spans.filter(({ name }) => name === 'catalog price (shared)');
    expect(calls).toHaveLength(2);
    expect(loads.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined]);
    const idOf = (span: { spanContext(): { spanId: string } }) => span.spanContext().spanId;
    expect(loads.map(({ links }) => links.map((link) => link.context.spanId))).toEqual(calls.map((c) => [idOf(c)]));
  });
});

describe('metrics', () => {
  it('go to an OpenTelemetry meter, durations as a histogram and all others when they are collected', async () => {
    const reader = new ManualReader();
    const meter = new MeterProvider({ readers: [reader] }).getMeter('spec');
    const { payments } = await application({ tracer: false, meter });
    await payments.execute(() => 'done', { operation: 'charge' });
    const { resourceMetrics } = await reader.collect();
    const collected = new Map(
      resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => [metric.descriptor.name, metric])),
    );
    expect(collected.get('breakwater.call.duration')).toMatchObject({
      descriptor: { unit: 's' },
      dataPoints: [
        {
          attributes: {
            'breakwater.provider': 'payments',
            'breakwater.operation': 'charge',
            'breakwater.outcome': 'success',
          },
          value: { count: 1 },
        },
      ],
    });
    expect(collected.get('breakwater.circuit_breaker.state')!.dataPoints).toMatchObject([
      { attributes: { 'breakwater.provider': 'payments', 'breakwater.state': 'closed' }, value: 1 },
      { value: 0 },
      { value: 0 },
      { value: 0 },
    ]);
    expect(collected.get('breakwater.queue.jobs')!.dataPoints).toContainEqual(
      expect.objectContaining({ attributes: { 'breakwater.queue': 'crm', 'breakwater.state': 'waiting' }, value: 4 }),
    );
  });

  it.each(['Express', 'Fastify'] as const)('are served to Prometheus on %s', async (adapter) => {
    const registry = new Registry();
    const { payments, clock } = await application(
      { tracer: false, meter: false, prometheus: { registry, path: '/scrape' } },
      adapter,
    );
    await payments.execute(() => 'done', { operation: 'charge' });
    const failing = payments.execute(() => Promise.reject(new Error(SECRET)), { operation: 'plain', key: SECRET });
    await expect(failing).rejects.toThrow(SECRET);
    const late = payments.execute(() => new Promise(() => undefined), { operation: 'plain' });
    late.catch(() => undefined);
    await clock.advance('2s');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/scrape`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain(
      'breakwater_call_duration_seconds_bucket{provider="payments",operation="charge",outcome="success",le="+Inf"} 1',
    );
    expect(text).toContain(
      'breakwater_call_duration_seconds_count{provider="payments",operation="plain",outcome="unknown"} 2',
    );
    expect(text).toContain('breakwater_circuit_breaker_state{provider="payments",state="closed"} 1');
    expect(text).toContain('breakwater_rate_limit_limit{provider="payments",quota="100 calls per 1s"} 100');
    expect(text).toContain('breakwater_timeouts_total{provider="payments",scope="attempt"} 1');
    expect(text).toContain('breakwater_queue_jobs{queue="crm",state="waiting"} 4');
    expect(text).not.toContain(SECRET);
    const names = new Set([...text.matchAll(/^(breakwater\w+)[{ ]/gm)].map(([, name]) => name));
    for (const name of names) expect(PROMETHEUS_NAMES).toContain(name);
  });

  it('have the trace of a duration as its exemplar, where the registry can tell of it', async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const { tracer, exporter } = tracing();
    const { payments } = await application({
      tracer,
      meter: false,
      prometheus: { registry },
    });
    await payments.execute(() => 'done', { operation: 'charge' });
    const { traceId } = exporter.getFinishedSpans()[0]!.spanContext();
    expect(await registry.metrics()).toMatch(
      new RegExp(`_bucket\\{.*le="0.005"\\} 1 # \\{trace_id="${traceId}",span_id="\\w+"\\} 0 `),
    );
  });

  it('have no more operations than 200 of a provider: callers who make names up do not fill the memory', async () => {
    const registry = new Registry();
    const { catalog } = await application({ tracer: false, meter: false, prometheus: { registry, path: false } });
    for (let i = 0; i < 250; i++) await catalog.execute(() => 'done', { operation: `order ${i}` });
    const text = await registry.metrics();
    expect(text.match(/_count\{provider="catalog"/g)).toHaveLength(201);
    expect(text).toContain(
      'breakwater_call_duration_seconds_count{provider="catalog",operation="other",outcome="success"} 50',
    );
  });

  it('count a call that is made in another of its provider once, and each of the two has its span', async () => {
    const registry = new Registry();
    const { tracer, exporter } = tracing();
    const { payments } = await application({ tracer, meter: false, prometheus: { registry, path: false } });
    await payments.execute(() => payments.execute(() => 'done', { operation: 'charge' }), { operation: 'job' });
    const text = await registry.metrics();
    const counted = text.matchAll(
      /^breakwater_call_(duration_seconds_count|attempts_total)\{.*operation="(.*?)".* 1$/gm,
    );
    expect([...counted].map(([, metric, operation]) => [metric, operation])).toEqual([
      ['attempts_total', 'charge'],
      ['duration_seconds_count', 'charge'],
    ]);
    const [charge, job] = exporter.getFinishedSpans();
    expect(charge).toMatchObject({ name: 'payments charge', parentSpanContext: job!.spanContext() });
  });

  it('leave the registry when the application closes, so that another one can register them', async () => {
    const registry = new Registry();
    await application({ tracer: false, meter: false, prometheus: { registry } });
    await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
    await application({ tracer: false, meter: false, prometheus: { registry } });
    expect(registry.getMetricsAsArray().length).toBeGreaterThan(20);
  });
});
