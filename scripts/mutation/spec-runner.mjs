// Runs specs for Stryker: a process imports them once, and a mutant is switched on while the tests that reach it run.
// Jest, which loads the engine anew for each spec and mutant, takes many times as long.
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collect, tests } from './jest-globals.mjs';
import { begin, ends } from './ends.mjs';

/** Where the first run leaves how long tests take, for the processes that run mutants; in the sandbox. */
const TIMES = 'spec-times.json';
/** A test of a mutant fails that takes so much longer than usual: so many times, and so many milliseconds beside. */
const LONGER = 5;
const LONGEST_MS = 10_000;

class SpecRunner {
  static inject = tokens(commonTokens.options);
  /** Read by the mutated code. */
  switches = (globalThis.__stryker__ ??= {});
  /** How long each test takes without a mutant, by its id, in milliseconds; read when the first mutant runs. */
  usual = undefined;
  /** No mutant has run in this process. */
  fresh = true;
  /** A mutant has left something behind that fails tests without it. */
  spoiled = false;

  constructor({ specs }) {
    this.specs = specs;
  }

  /** Modules stay imported: for a mutant in what they do at import, Stryker takes a new process. */
  capabilities() {
    return { reloadEnvironment: false };
  }

  async dryRun() {
    await this.load();
    const results = [];
    for (const test of tests) {
      this.switches.currentTestId = test.id;
      results.push(await run(test, Infinity));
    }
    this.switches.currentTestId = undefined;
    writeFileSync(TIMES, JSON.stringify(Object.fromEntries(results.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: this.switches.mutantCoverage };
  }

  async mutantRun({ activeMutant, hitLimit, mutantActivation, testFilter }) {
    this.insist(!this.spoiled);
    const on = () => Object.assign(this.switches, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
    const off = () => Object.assign(this.switches, { activeMutant: undefined, hitCount: undefined });
    const isStatic = mutantActivation === 'static';
    if (isStatic) on();
    await this.load();
    const usual = (this.usual ??= JSON.parse(readFileSync(TIMES, 'utf8')));
    const results = [];
    const covering = testFilter === undefined ? tests : tests.filter(({ id }) => testFilter.includes(id));
    // Most mutants fail the quickest of them, and no simulation is run for those.
    for (const test of covering.toSorted((a, b) => usual[a.id] - usual[b.id])) {
      const longestMs = LONGEST_MS + LONGER * usual[test.id];
      on();
      const result = await run(test, longestMs);
      results.push(result);
      if (result.status === TestStatus.Success) continue;
      const { hitCount } = this.switches;
      if (isStatic) return outcome(results, hitCount, hitLimit);
      off();
      if (result.timeSpentMs >= longestMs) {
        // It goes on nevertheless.
        this.spoiled = true;
        return toMutantRunResult({ status: DryRunStatus.Timeout });
      }
      this.spoiled = (await run(test, Infinity)).status === TestStatus.Failed;
      this.insist(this.fresh || !this.spoiled);
      this.fresh = false;
      return outcome(results, hitCount, hitLimit);
    }
    off();
    this.fresh = false;
    return outcome(results);
  }

  /** Stryker takes a new process for a run that rejects, and repeats it there. */
  insist(clean) {
    if (!clean) throw new Error('A mutant has spoiled this process.');
  }

  async load() {
    if (tests.length > 0) return;
    process.env.NODE_ENV = 'test';
    const names = readdirSync(this.specs, { recursive: true }).filter((name) => name.endsWith('.spec.ts'));
    for (const name of names.sort()) {
      const file = join(this.specs, name);
      await collect(file, () => import(pathToFileURL(resolve(file.replace(/ts$/, 'js'))).href));
    }
    await begin();
  }
}

async function run({ id, title, file, run, before, after }, longestMs) {
  const started = performance.now();
  const failure = await ends(async () => {
    for (const hook of before) await hook();
    try {
      await run();
    } finally {
      for (const hook of after) await hook();
    }
  }, longestMs);
  const result = { id, name: title, fileName: resolve(file), timeSpentMs: performance.now() - started };
  if (failure === undefined) return { ...result, status: TestStatus.Success };
  return { ...result, status: TestStatus.Failed, failureMessage: failure };
}

function outcome(tests, hitCount, hitLimit) {
  const looped = determineHitLimitReached(hitCount, hitLimit);
  return toMutantRunResult(looped ?? { status: DryRunStatus.Complete, tests }, false);
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'specs', SpecRunner)];

export const strykerValidationSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { specs: { type: 'string', description: 'The folder of the specs to run.' } },
};
