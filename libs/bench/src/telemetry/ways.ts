import type { TelemetryOptions } from '@breakwater/nestjs/telemetry';
import { ROOT_CONTEXT, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { bootObservedClient } from './boot-observed-client.js';
import { byHand } from './by-hand.js';

type Call = () => Promise<number>;

/** A way to watch a call. `prepare` returns a call that is watched so. */
export interface Way {
  readonly name: string;
  /** The context of the calls. Default: the root. */
  readonly within?: Context;
  prepare(): Promise<Call>;
}

/**
 * Ours beside what an application would write by hand around the same method: the same span with the same attributes,
 * the same histogram, and no more than that. The first is what the others are told against.
 */
export const WAYS: readonly Way[] = [
  ours('no telemetry', () => undefined),
  ours('the same, once more: how far rounds differ', () => undefined),
  ours('the OpenTelemetry API without an SDK', () => ({})),
  ours('Prometheus alone', () => ({ tracer: false, meter: false, prometheus: prometheus() })),
  ours('metrics of the SDK', () => ({ tracer: false, meter: meter() })),
  written('metrics of the SDK, by hand', () => ({ meter: meter() })),
  inRequest(ours('span in a request that is not sampled', () => ({ tracer: tracer(parentBased()), meter: false }))),
  inRequest(written('span in a request that is not sampled, by hand', () => ({ tracer: tracer(parentBased()) }))),
  ours('span that begins a trace, none sampled', () => ({ tracer: tracer(new AlwaysOffSampler()), meter: false })),
  written('span that begins a trace, none sampled, by hand', () => ({ tracer: tracer(new AlwaysOffSampler()) })),
  ours('span that begins a trace, 1 % sampled', () => ({ tracer: tracer(parentBased()), meter: false })),
  written('span that begins a trace, 1 % sampled, by hand', () => ({ tracer: tracer(parentBased()) })),
  ours('span, all sampled', () => ({ tracer: tracer(), meter: false })),
  written('span, all sampled, by hand', () => ({ tracer: tracer() })),
];

function ours(name: string, options: () => TelemetryOptions | undefined): Way {
  return { name, prepare: () => bootObservedClient(options()) };
}

/** As behind an instrumented server: the decision was made for the request. */
function inRequest(way: Way): Way {
  const parent = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.NONE,
  };
  return { ...way, within: trace.setSpanContext(ROOT_CONTEXT, parent) };
}

function written(name: string, sinks: () => Parameters<typeof byHand>[1]): Way {
  return { name, prepare: async () => byHand(await bootObservedClient(undefined), sinks()) };
}

class ManualReader extends MetricReader {
  protected override onShutdown = async () => undefined;
  protected override onForceFlush = async () => undefined;
}

function prometheus() {
  return { registry: new Registry(), path: false } as const;
}

function parentBased(): Sampler {
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) });
}

function tracer(sampler?: Sampler) {
  return new BasicTracerProvider({ ...(sampler && { sampler }), spanProcessors: [] }).getTracer('bench');
}

function meter() {
  return new MeterProvider({ readers: [new ManualReader()] }).getMeter('bench');
}
