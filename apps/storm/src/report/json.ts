import type { StormReport } from '../storm.js';

/** The results for a machine; what was not measured is null. */
export function renderJson(reports: readonly StormReport[]): string {
  const storms = reports.map(({ name, notRun, unprotected, protected: guarded, promises }) => {
    return { name, notRun, unprotected, protected: guarded, promises };
  });
  return `${JSON.stringify({ storms }, null, 2)}\n`;
}
