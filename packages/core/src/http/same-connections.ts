import type { HttpSettings } from './provider-http.js';

/** Whether connections that were made by some settings are those that others ask for. */
export function sameConnections(some: HttpSettings, others: HttpSettings): boolean {
  if (some === others) return true;
  const { agent, proxy, maxSockets, timeouts } = others;
  return (
    some.agent === agent &&
    some.proxy === proxy &&
    some.maxSockets === maxSockets &&
    some.timeouts?.connect === timeouts?.connect &&
    some.timeouts?.idle === timeouts?.idle
  );
}
