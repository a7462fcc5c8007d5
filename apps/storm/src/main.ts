import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { credentialReport } from './audit/credential-report.js';
import { type CliOptions, parseCliOptions } from './cli-options.js';
import { endingSignal, Interruption } from './ending.js';
import { describeFailure } from './describe-failure.js';
import { Progress } from './progress.js';
import { renderJson } from './report/json.js';
import { brokenPromises, renderSummary } from './report/summary.js';
import { renderTable } from './report/table.js';
import { runStorms } from './run-storms.js';
import { ServiceGroup } from './services/service-group.js';
import { Stage } from './stage.js';
import type { StormReport } from './storm.js';
import { storms } from './storms.js';
import { usage } from './usage.js';
import { UsageError } from './usage-error.js';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseCliOptions(
      process.argv.slice(2),
      storms.map(({ name }) => name),
    );
    if (options.help) {
      process.stdout.write(usage(storms));
      return 0;
    }
    if (options.json !== undefined) await requireWritable(options.json);
    return await demonstrate(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry --help.\n`);
    return 2;
  }
}

async function demonstrate({ storm, store, json }: CliOptions): Promise<number> {
  const services = await ServiceGroup.create(endingSignal());
  let failed = true;
  try {
    const reports = await weather(services, { storm, store });
    process.stdout.write(`\n${renderTable(reports)}\n${renderSummary(reports)}\n`);
    if (json !== undefined) await writeFile(json, renderJson(reports));
    failed = brokenPromises(reports).length > 0;
    return failed ? 1 : 0;
  } catch (error) {
    const cause = await services.causeOf(error);
    failed = !(cause instanceof Interruption);
    process.stderr.write(describeFailure(cause));
    return cause instanceof Interruption ? cause.exitCode : 1;
  } finally {
    await services.stop({ keepLogs: failed });
    if (failed) process.stderr.write(`The logs of the services are in ${services.folder}\n`);
  }
}

async function weather(
  services: ServiceGroup,
  { storm: name, store }: { storm: string | undefined; store: string | undefined },
): Promise<StormReport[]> {
  const progress = new Progress(process.stdout);
  progress.line('starting four third parties and two checkouts');
  try {
    const stage = await Stage.open(services, progress, store);
    try {
      const reports = await runStorms(
        storms.filter((storm) => name === undefined || storm.name === name),
        stage,
      );
      return [...reports, await credentialReport(stage, reports)];
    } finally {
      await stage.close();
    }
  } finally {
    progress.close();
  }
}

/** Better told now than after all the storms. */
async function requireWritable(file: string): Promise<void> {
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch {
    throw new UsageError(`--json: ${file} cannot be written.`);
  }
}
