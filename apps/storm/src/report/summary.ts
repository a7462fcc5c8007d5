import type { StormReport } from '../storm.js';

/** The verdict in a line, and the broken promises by name. */
export function renderSummary(reports: readonly StormReport[]): string {
  const broken = brokenPromises(reports);
  const count = reports.reduce((sum, { promises }) => sum + promises.length, 0);
  if (broken.length === 0) return `All ${count} promises held.`;
  return [`${broken.length} of ${count} promises broken:`, ...broken.map((line) => `  ${line}`)].join('\n');
}

export function brokenPromises(reports: readonly StormReport[]): string[] {
  return reports.flatMap(({ name, promises }) =>
    promises.filter(({ held }) => !held).map(({ text, measured }) => `${name}: ${text} (measured: ${measured})`),
  );
}
