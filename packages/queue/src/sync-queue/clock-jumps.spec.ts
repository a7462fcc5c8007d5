import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { QueueFixture } from './queue.fixture.js';

/** The machine's wall clock can be set, while time passes as it does. */
class SettableClock extends TestClock {
  private aheadMs = 0;

  override wallNow(): number {
    return super.wallNow() + this.aheadMs;
  }

  set(aheadMs: number): void {
    this.aheadMs = aheadMs;
  }
}

const HOUR_MS = 3_600_000;

describe('a wall clock that is set', () => {
  let fixture: QueueFixture;
  afterEach(() => fixture.stop());

  it('forward ends no job twice, and has delayed ones run that are due by it', async () => {
    const clock = new SettableClock();
    fixture = new QueueFixture({}, {}, clock);
    const done: unknown[] = [];
    const run = async ({ payload, signal }: { payload: unknown; signal: AbortSignal }) => {
      await clock.sleep(5000, signal);
      done.push(payload);
    };
    await fixture.on('sync', run).start();
    const { id } = await fixture.queue.add('crm', 'sync', 'under way');
    await fixture.queue.add('crm', 'sync', 'in an hour', { delay: '1h' });
    await clock.advance('1s');
    clock.set(HOUR_MS);
    await clock.advance('2m');
    expect(done.sort()).toEqual(['in an hour', 'under way']);
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 2, active: 0 });
    expect((await fixture.queue.get('crm', id))?.attempt).toBe(0);
  });

  it('back has jobs under way end and new ones run, and delayed ones wait for as long again', async () => {
    const clock = new SettableClock();
    fixture = new QueueFixture({}, {}, clock);
    const done: unknown[] = [];
    const run = async ({ payload, signal }: { payload: unknown; signal: AbortSignal }) => {
      await clock.sleep(90_000, signal);
      done.push(payload);
    };
    await fixture.on('sync', run, { timeout: '5m' }).start();
    await fixture.queue.add('crm', 'sync', 'under way');
    await fixture.queue.add('crm', 'sync', 'in a minute', { delay: '1m' });
    await clock.advance('1s');
    clock.set(-HOUR_MS);
    await fixture.queue.add('crm', 'sync', 'new');
    await clock.advance('3m');
    expect(done).toEqual(['under way', 'new']);
    await clock.advance('1h');
    expect(done).toEqual(['under way', 'new', 'in a minute']);
  });

  it.each(['suspended', 'blocked'] as const)(
    'is no clock of leases while the machine was %s: each job ends once',
    async (how) => {
      const clock = new SettableClock();
      fixture = new QueueFixture({}, { lease: '10s' }, clock);
      const done: unknown[] = [];
      const run = async ({ payload, signal }: { payload: unknown; signal: AbortSignal }) => {
        await clock.sleep(2000, signal);
        done.push(payload);
      };
      await fixture.on('sync', run, { timeout: '10h' }).start();
      const { id } = await fixture.queue.add('crm', 'sync', 'slept');
      await clock.advance('1s');
      if (how === 'suspended') clock.suspend('8h');
      else clock.block('8h');
      await clock.advance('1m');
      expect(done).toEqual(['slept']);
      expect(await fixture.shown(id)).toMatch(/^completed/);
    },
  );
});
