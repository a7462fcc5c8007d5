/** The prefix of all variables that override settings. */
export const PREFIX = 'RESILIENCE__';

/** How a name of the settings is written in an environment variable: `circuitBreaker` is `CIRCUIT_BREAKER`. */
export function upperCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
