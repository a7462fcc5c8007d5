import type { TelemetryOptions } from '@breakwater/nestjs/telemetry';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { median } from '../median.js';
import { bootObservedClient } from './boot-observed-client.js';

const CALLS = 40_000;
const ROUNDS = 9;

const WAYS: Readonly<Record<string, () => TelemetryOptions | undefined>> = {
  'decorated method, five policies: no telemetry': () => undefined,
  'the same, once more: how far rounds differ': () => undefined,
  'OpenTelemetry API without an SDK': () => ({}),
  'Prometheus alone': () => ({ tracer: false, meter: false, prometheus: { registry: new Registry(), path: false } }),
  'metrics of the SDK': () => ({ tracer: false, meter: meter() }),
  'spans of the SDK, none sampled': () => ({ tracer: tracer(new AlwaysOffSampler()), meter: false }),
  'spans of the SDK, 1 % sampled': () => ({
    tracer: tracer(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) })),
    meter: false,
  }),
  'spans of the SDK, all sampled': () => ({ tracer: tracer(), meter: false }),
  'metrics, Prometheus and 1 % of the spans': () => ({
    tracer: tracer(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) })),
    meter: meter(),
    prometheus: { registry: new Registry(), path: false },
  }),
};

class ManualReader extends MetricReader {
  protected override onShutdown = async () => undefined;
  protected override onForceFlush = async () => undefined;
}

/** Prints the processor time of a decorated call with telemetry beside one without: medians of rounds by turns. */
export async function benchTelemetry(): Promise<void> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const calls = new Map<string, () => Promise<number>>();
  for (const [name, options] of Object.entries(WAYS)) calls.set(name, await bootObservedClient(options()));
  const times = new Map<string, number[]>([...calls.keys()].map((name) => [name, []]));
  for (const call of calls.values()) await nsPerCall(call);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, call] of calls) times.get(name)!.push(await nsPerCall(call));
  }
  const [first] = times.values();
  const base = median(first!);
  for (const [name, rounds] of times) {
    const ns = median(rounds);
    process.stdout.write(`${name.padEnd(50)} ${ns.toFixed(0).padStart(6)} ns  ${(ns / base).toFixed(2)} ×\n`);
  }
}

async function nsPerCall(call: () => Promise<number>): Promise<number> {
  const { user, system } = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await call();
  const used = process.cpuUsage();
  return ((used.user + used.system - user - system) * 1000) / CALLS;
}

function tracer(sampler?: Sampler) {
  return new BasicTracerProvider({ ...(sampler && { sampler }), spanProcessors: [] }).getTracer('bench');
}

function meter() {
  return new MeterProvider({ readers: [new ManualReader()] }).getMeter('bench');
}
