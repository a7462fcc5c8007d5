import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.js';
import { runStorms } from './run-storms.js';
import type { Stage } from './stage.js';
import type { Storm } from './storm.js';

/** A storm that finds the given numbers of lost orders. */
function storm(name: string, lost: { unprotected: number; protected: number }): Storm<number> {
  return {
    name,
    title: `${name} comes up`,
    async run() {
      return {
        facts: lost,
        figures: (orders) => ({ lost: orders }),
        promises: (orders) => [{ text: 'no order is lost', held: orders === 0, measured: `${orders} lost` }],
      };
    },
  };
}

describe('runStorms', () => {
  it('reports the figures of both checkouts after each storm, and the promises of the protected one', async () => {
    const stage = { progress: new Progress({ isTTY: false, write: () => true }) } as unknown as Stage;
    const chosen = [storm('breeze', { unprotected: 3, protected: 0 }), storm('gale', { unprotected: 9, protected: 1 })];
    expect(await runStorms(chosen, stage)).toEqual([
      {
        name: 'breeze',
        title: 'breeze comes up',
        unprotected: { lost: 3 },
        protected: { lost: 0 },
        promises: [{ text: 'no order is lost', held: true, measured: '0 lost' }],
      },
      {
        name: 'gale',
        title: 'gale comes up',
        unprotected: { lost: 9 },
        protected: { lost: 1 },
        promises: [{ text: 'no order is lost', held: false, measured: '1 lost' }],
      },
    ]);
  });

  it('reports a storm that cannot come up on this machine, with the reason and without promises', async () => {
    const lines: string[] = [];
    const write = (text: string) => lines.push(text) > 0;
    const stage = { progress: new Progress({ isTTY: false, write }) } as unknown as Stage;
    const calm: Storm = {
      ...storm('calm', { unprotected: 0, protected: 0 }),
      run: async () => ({ notRun: 'no wind' }),
    };
    expect(await runStorms([calm], stage)).toEqual([
      { name: 'calm', title: 'calm comes up', notRun: 'no wind', unprotected: {}, protected: {}, promises: [] },
    ]);
    expect(lines.at(-1)).toBe('  not run: no wind\n');
  });
});
