import type { Stage } from './stage.js';
import type { NotRun, Storm, StormReport, StormResult, Weathered } from './storm.js';

/** One storm after the other. */
export async function runStorms(chosen: readonly Storm[], stage: Stage): Promise<StormReport[]> {
  const reports: StormReport[] = [];
  for (const storm of chosen) {
    const { name, title } = storm;
    stage.progress.storm(name, title);
    const weathered = await storm.run(stage);
    if ('notRun' in weathered) stage.progress.phase(`not run: ${weathered.notRun}`);
    reports.push({ name, title, ...resultOf(weathered) });
  }
  return reports;
}

function resultOf(weathered: Weathered<unknown> | NotRun): StormResult & Partial<NotRun> {
  if ('notRun' in weathered) return { notRun: weathered.notRun, unprotected: {}, protected: {}, promises: [] };
  const { facts, ...after } = weathered;
  return {
    unprotected: after.figures(facts.unprotected),
    protected: after.figures(facts.protected),
    promises: after.promises(facts.protected),
  };
}
