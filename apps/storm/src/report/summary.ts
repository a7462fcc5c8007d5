import type { StormReport } from '../storm.js';

/** The verdict in a line, and the broken promises by name. */
export function renderSummary(reports: readonly StormReport[]): string {
  const broken = brokenPromises(reports);
  const count = reports.reduce((sum, { promises }) => sum + promises.length, 0);
  const missing = reports.flatMap(({ name, notRun }) => (notRun === undefined ? [] : [`Not run: ${name}: ${notRun}`]));
  if (broken.length === 0) return [`All ${count} promises held.`, ...missing].join('\n');
  return [`${broken.length} of ${count} promises broken:`, ...broken.map((line) => `  ${line}`), ...missing].join('\n');
}

export function brokenPromises(reports: readonly StormReport[]): string[] {
  return reports.flatMap(({ name, promises }) =>
    promises.filter(({ held }) => !held).map(({ text, measured }) => `${name}: ${text} (measured: ${measured})`),
  );
}
