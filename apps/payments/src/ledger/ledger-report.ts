import type { CallCounts, TimelineRow } from '@breakwater/faults';
import type { LedgerEntry } from './ledger.service.js';

/** The answer of `GET /ledger`: what an audit of one merchant needs. */
export interface LedgerReport {
  readonly charges: readonly LedgerEntry[];
  readonly calls: CallCounts;
  readonly timeline: readonly TimelineRow[];
  /** How many references were charged more than once. */
  readonly doubles: number;
  /** Those references, with the charges of each. */
  readonly doubled: readonly { readonly reference: string; readonly ids: readonly string[] }[];
}

export function doublesIn(charges: readonly LedgerEntry[]): Pick<LedgerReport, 'doubles' | 'doubled'> {
  const byReference = new Map<string, string[]>();
  for (const { reference, id } of charges) byReference.set(reference, [...(byReference.get(reference) ?? []), id]);
  const doubled = [...byReference].filter(([, ids]) => ids.length > 1).map(([reference, ids]) => ({ reference, ids }));
  return { doubles: doubled.length, doubled };
}
