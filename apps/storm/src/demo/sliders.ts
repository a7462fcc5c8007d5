import type { Faults } from '../services/fault-control.js';

/** The third parties that the page makes ill. */
export const PARTIES = ['payments', 'email', 'catalog', 'inventory', 'crm'] as const;

export type Party = (typeof PARTIES)[number];

/** How a third party is to be: late by so many milliseconds, with a share of errors, or hanging. */
export interface Sliders {
  readonly lateMs: number;
  readonly errors: number;
  readonly hang: boolean;
}

const MOST_LATE_MS = 10_000;
/** Longer than any customer waits, and short enough that a shop without timeouts is seen to come back. */
const HANG_MS = 20_000;

/** Sliders as a page sends them, kept within what they can show. */
export function readSliders({ lateMs, errors, hang }: Readonly<Record<string, unknown>>): Sliders {
  return {
    lateMs: Math.round(within(lateMs, MOST_LATE_MS)),
    errors: within(errors, 1),
    hang: hang === true,
  };
}

/** `undefined` for a name that is none of a third party. */
export function readParty(name: unknown): Party | undefined {
  return PARTIES.find((party) => party === name);
}

export function faultsOf({ lateMs, errors, hang }: Sliders): Faults {
  const latency = hang ? { ms: HANG_MS } : { ms: lateMs, jitterMs: Math.round(lateMs / 4) };
  return {
    ...(latency.ms > 0 && { latency }),
    ...(errors > 0 && { error: { rate: errors, status: 503 } }),
  };
}

function within(value: unknown, most: number): number {
  return Math.min(most, Math.max(0, Number(value) || 0));
}
