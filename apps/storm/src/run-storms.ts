import type { Stage } from './stage.js';
import type { Storm, StormReport } from './storm.js';

/** One storm after the other. */
export async function runStorms(chosen: readonly Storm[], stage: Stage): Promise<StormReport[]> {
  const reports: StormReport[] = [];
  for (const storm of chosen) {
    const { name, title } = storm;
    stage.progress.storm(name, title);
    reports.push({ name, title, ...(await storm.run(stage)) });
  }
  return reports;
}
