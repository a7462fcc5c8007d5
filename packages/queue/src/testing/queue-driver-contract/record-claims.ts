import assert from 'node:assert/strict';
import { HISTORY_LENGTH, type JobAttempt } from '../../driver/job.js';
import type { ClaimedJob } from '../../driver/queue-driver.js';
import type { DriverTest } from './driver-bench.js';

/** Claims what is kept of a job, and as which value. */
export function recordClaims(test: DriverTest): void {
  test('keeps every field of a job', async (bench) => {
    const payload = '{"a":[1,"ü €\\u0000"],"b":null}';
    await bench.add({ id: 'one', name: 'n.ä', tenant: 't ü', key: 'k', payload, attempts: 7 });
    const claimed = await bench.claimOne();
    const { provider, name, tenant, attempts, attempt, lost } = claimed;
    assert.deepEqual(
      { provider, name, tenant, attempts, attempt, lost, payload: JSON.parse(claimed.payload) as unknown },
      {
        provider: bench.provider,
        name: 'n.ä',
        tenant: 't ü',
        attempts: 7,
        attempt: 0,
        lost: 0,
        payload: JSON.parse(payload) as unknown,
      },
    );
    const job = await bench.driver.get(bench.provider, 'one');
    assert.equal(job?.key, 'k');
    assert.equal(job.priority, 'normal');
    assert.deepEqual(job.payload, JSON.parse(payload));
  });

  test('keeps progress, results and reasons of any text', async (bench) => {
    const text = 'a\u0000b\ud800 ü € 😀 __proto__';
    const [id, other] = await bench.add({}, {});
    // Jobs that are claimed at once come in any order.
    const claimed = await bench.claim(2);
    const [job, second] = [id, other].map((each) => claimed.find((of) => of.id === each));
    await bench.driver.progress(job!, JSON.stringify({ text }));
    assert.deepEqual((await bench.driver.get(bench.provider, id!))?.progress, { text });
    const history: JobAttempt = { at: 5, attempt: 1, failure: 'failed', reason: 'ü € 😀 "\n\\' };
    await bench.driver.settle([
      { job: job!, to: 'completed', result: JSON.stringify([text]) },
      { job: second!, to: 'dead', history },
    ]);
    assert.deepEqual((await bench.driver.get(bench.provider, id!))?.result, [text]);
    assert.deepEqual((await bench.driver.get(bench.provider, other!))?.history, [history]);
  });

  test('keeps any JSON, whatever it looks like', async (bench) => {
    const odd: readonly unknown[] = [
      ...[null, 0, -1.5, false, '', [], {}, 1.7e308, 5e-324, '\\u0000', 'a\u0000b\ud800'],
      JSON.parse('{"__proto__":{"a":1},"constructor":"x"}'),
      { 'breakwater:encoded': 'abc' },
      { 'breakwater:encoded': 'e30=' },
      'x'.repeat(2_000_000),
      Array.from({ length: 500 }).reduce((inner: unknown) => ({ inner }), 1),
    ];
    const texts = odd.map((value) => JSON.stringify(value));
    const ids = await bench.add(...texts.map((payload) => ({ payload })));
    const claimed: ClaimedJob[] = [];
    for (let some = await bench.claim(5); some.length > 0; some = await bench.claim(5)) claimed.push(...some);
    for (const [at, text] of texts.entries()) {
      const job = claimed.find(({ id }) => id === ids[at])!;
      assert.deepEqual(JSON.parse(job.payload), odd[at]);
      await bench.driver.progress(job, text);
      await bench.driver.settle([{ job, to: 'completed', result: text }]);
      const { payload, progress, result } = (await bench.driver.get(bench.provider, job.id))!;
      assert.deepEqual([payload, progress, result], [odd[at], odd[at], odd[at]]);
    }
  });

  test('tells no progress and no result from those that are nothing', async (bench) => {
    const [id] = await bench.add({});
    await bench.complete(await bench.claimOne());
    const { progress, result } = (await bench.driver.get(bench.provider, id!))!;
    assert.deepEqual([progress, result], [undefined, undefined]);
  });

  test('keeps tenants and keys of any text and length apart', async (bench) => {
    const long = '😀'.repeat(2500);
    const tenants = ['__proto__', 'a:b/c!', 'a:b/c%21', ' ', 'T', 't', long, `${long}!`];
    await bench.add(...tenants.map((tenant) => ({ tenant, key: tenant })));
    assert.deepEqual((await bench.claim(20)).map(({ tenant }) => tenant).sort(), [...tenants].sort());
    for (const tenant of tenants) {
      const listed = await bench.driver.list(bench.provider, { state: 'active', tenant });
      assert.deepEqual(
        listed.map((job) => [job.tenant, job.key]),
        [[tenant, tenant]],
      );
    }
  });

  test('keeps the last entries of a history', async (bench) => {
    const [id] = await bench.add({});
    for (let attempt = 1; attempt <= HISTORY_LENGTH + 2; attempt++) {
      const job = await bench.claimOne();
      const history: JobAttempt = { at: attempt, attempt, failure: 'failed', reason: `no ${attempt}` };
      await bench.driver.settle([{ job, to: 'waiting', delayMs: 0, burnt: true, history }]);
    }
    const { history } = (await bench.driver.get(bench.provider, id!))!;
    assert.equal(history.length, HISTORY_LENGTH);
    assert.equal(history.at(-1)?.attempt, HISTORY_LENGTH + 2);
  });

  test('notes progress and results', async (bench) => {
    const [id] = await bench.add({});
    const job = await bench.claimOne();
    await bench.driver.progress(job, '{"done":3,"of":9}');
    assert.deepEqual((await bench.driver.get(bench.provider, id!))?.progress, { done: 3, of: 9 });
    await bench.driver.settle([{ job, to: 'completed', result: '{"contact":"c-1"}' }]);
    assert.deepEqual((await bench.driver.get(bench.provider, id!))?.result, { contact: 'c-1' });
  });

  test('keeps the last run of each schedule, where it keeps any', async ({ driver, provider }) => {
    if (driver.scheduledRun === undefined || driver.noteScheduledRun === undefined) return;
    assert.equal(await driver.scheduledRun(provider, 'nightly'), undefined);
    const run = { at: 1_767_225_600_000, pattern: '0 3 * * * UTC' };
    await driver.noteScheduledRun(provider, 'nightly', run);
    await driver.noteScheduledRun(provider, 'a:b/ü', { ...run, at: 5 });
    assert.deepEqual(await driver.scheduledRun(provider, 'nightly'), run);
    const next = { at: run.at + 1, pattern: '0 4 * * * Europe/Berlin' };
    await driver.noteScheduledRun(provider, 'nightly', next);
    assert.deepEqual(await driver.scheduledRun(provider, 'nightly'), next);
    assert.deepEqual(await driver.scheduledRun(provider, 'a:b/ü'), { ...run, at: 5 });
    const { waiting, delayed } = await driver.counts(provider);
    assert.deepEqual([waiting, delayed], [0, 0]);
  });
}
