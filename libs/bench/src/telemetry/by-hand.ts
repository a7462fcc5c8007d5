import { SpanStatusCode, ValueType, type Meter, type Tracer } from '@opentelemetry/api';

type Call = () => Promise<number>;

const ATTRIBUTES = { 'breakwater.provider': 'bench', 'breakwater.operation': 'ObservedClient.call' };
const WELL = { ...ATTRIBUTES, 'breakwater.outcome': 'success' };
const BADLY = { ...ATTRIBUTES, 'breakwater.outcome': 'unknown' };

/** Puts a span and a histogram around a call as an application does that has no library for it. */
export function byHand(call: Call, { tracer, meter }: { readonly tracer?: Tracer; readonly meter?: Meter }): Call {
  const timed = meter === undefined ? call : inHistogram(call, meter);
  return tracer === undefined ? timed : inSpan(timed, tracer);
}

function inHistogram(call: Call, meter: Meter): Call {
  const durations = meter.createHistogram('breakwater.call.duration', { unit: 's', valueType: ValueType.DOUBLE });
  return async () => {
    const startedAt = performance.now();
    try {
      const value = await call();
      durations.record((performance.now() - startedAt) / 1000, WELL);
      return value;
    } catch (error) {
      durations.record((performance.now() - startedAt) / 1000, BADLY);
      throw error;
    }
  };
}

function inSpan(call: Call, tracer: Tracer): Call {
  return () =>
    tracer.startActiveSpan('bench ObservedClient.call', { attributes: ATTRIBUTES }, async (span) => {
      try {
        const value = await call();
        span.setAttribute('breakwater.outcome', 'success');
        span.setAttribute('breakwater.attempts', 1);
        return value;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
}
