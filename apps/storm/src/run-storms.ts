import type { Stage } from './stage.js';
import type { Storm, StormReport, StormResult, Weathered } from './storm.js';

/** One storm after the other. */
export async function runStorms(chosen: readonly Storm[], stage: Stage): Promise<StormReport[]> {
  const reports: StormReport[] = [];
  for (const storm of chosen) {
    const { name, title } = storm;
    stage.progress.storm(name, title);
    reports.push({ name, title, ...resultOf(await storm.run(stage)) });
  }
  return reports;
}

function resultOf({ facts, ...after }: Weathered<unknown>): StormResult {
  return {
    unprotected: after.figures(facts.unprotected),
    protected: after.figures(facts.protected),
    promises: after.promises(facts.protected),
  };
}
