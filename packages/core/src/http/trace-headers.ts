/** The part of OpenTelemetry's API that is registered for the whole process once an application runs a tracer. */
interface TracingApi {
  readonly context?: { active(): unknown };
  readonly propagation?: {
    inject(
      context: unknown,
      carrier: object,
      setter: { set(carrier: object, name: string, value: string): void },
    ): void;
  };
}

/**
 * Where every copy of `@opentelemetry/api` registers itself. Source: opentelemetry-js,
 * `api/src/internal/global-utils.ts`.
 */
const API = Symbol.for('opentelemetry.js.api.1');

/**
 * Sets the headers that carry the current trace on (`traceparent` of W3C Trace Context), where a tracer runs. Never
 * throws.
 */
export function setTraceHeaders(set: (name: string, value: string) => void): void {
  const api = (globalThis as { [API]?: TracingApi })[API];
  if (api?.context === undefined || api.propagation === undefined) return;
  try {
    api.propagation.inject(api.context.active(), {}, { set: (_carrier, name, value) => set(name, value) });
  } catch {
    // A trace that cannot be carried on is no reason not to call.
  }
}
