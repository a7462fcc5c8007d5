import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ExpiryQueue, type Expiring } from './expiry-queue.js';

describe('an expiry queue', () => {
  it('has the one first whose time runs out first, whichever come, go and are moved', () => {
    const step = fc.record({ act: fc.constantFrom('add', 'add', 'remove', 'move'), at: fc.nat(20), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { size: 'large' }), (steps) => {
        const queue = new ExpiryQueue<Expiring>();
        const inside: Expiring[] = [];
        for (const { act, at, which } of steps) {
          const chosen = inside[which % Math.max(1, inside.length)];
          if (act === 'add') {
            inside.push({ expiresAt: at, expiryPlace: -1 });
            queue.add(inside.at(-1)!);
          } else if (chosen !== undefined && act === 'remove') {
            inside.splice(inside.indexOf(chosen), 1);
            queue.remove(chosen);
            queue.remove(chosen);
          } else if (chosen !== undefined) {
            chosen.expiresAt = at;
            queue.move(chosen);
          }
          const soonest = inside.length === 0 ? undefined : Math.min(...inside.map(({ expiresAt }) => expiresAt));
          expect(queue.first?.expiresAt).toBe(soonest);
        }
      }),
    );
  });

  it('is empty once it was cleared, and takes what was inside again', () => {
    const queue = new ExpiryQueue<Expiring>();
    const entry = { expiresAt: 1, expiryPlace: -1 };
    queue.add(entry);
    queue.clear();
    expect([queue.first, entry.expiryPlace]).toEqual([undefined, -1]);
    queue.add(entry);
    expect(queue.first).toBe(entry);
  });
});
