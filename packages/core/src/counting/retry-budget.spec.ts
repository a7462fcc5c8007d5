import { describe, expect, it } from '@jest/globals';
import { RETRY_BUDGET, RetryBudget } from './retry-budget.js';
import { TestClock } from '../testing/test-clock.js';

function budgetOf(ratio: number, minPerSecond: number) {
  const clock = new TestClock();
  const budget = new RetryBudget(clock);
  budget.configure({ ratio, minPerSecond });
  const spend = (times: number) => Array.from({ length: times }, () => budget.spend()).filter(Boolean).length;
  return { clock, budget, spend };
}

describe('RetryBudget', () => {
  it('allows ten a second and a fifth of the successes where nothing says otherwise', () => {
    const budget = new RetryBudget(new TestClock());
    expect(budget.balance).toBe(10);
    for (let i = 0; i < 5; i++) budget.earn();
    expect(budget.balance).toBe(11);
    budget.configure(RETRY_BUDGET);
    expect(budget.balance).toBe(11);
  });

  it('pays a retry for every so many successes: five at a fifth', () => {
    const { budget, spend } = budgetOf(0.2, 0);
    for (let i = 0; i < 4; i++) budget.earn();
    expect(spend(1)).toBe(0);
    budget.earn();
    expect(spend(2)).toBe(1);
    for (let i = 0; i < 50; i++) budget.earn();
    expect(budget.balance).toBe(10);
    expect(spend(20)).toBe(10);
  });

  it('allows a minimum per second that need not be earned', async () => {
    const { clock, spend } = budgetOf(0.2, 10);
    expect(spend(30)).toBe(10);
    await clock.advance(500);
    expect(spend(30)).toBe(5);
    await clock.advance('1h');
    expect(spend(30)).toBe(10);
  });

  it('adds a minimum below one per second up to whole retries', async () => {
    const { clock, spend } = budgetOf(0, 0.5);
    expect(spend(1)).toBe(0);
    await clock.advance('1s');
    expect(spend(2)).toBe(1);
    await clock.advance('1s');
    expect(spend(1)).toBe(0);
    await clock.advance('1s');
    expect(spend(2)).toBe(1);
  });

  it('saves up no more than a hundred successes are worth', () => {
    const { budget } = budgetOf(0.2, 0);
    for (let i = 0; i < 100_000; i++) budget.earn();
    expect(budget.balance).toBe(20);
  });

  it('never pays when it has neither share nor minimum', async () => {
    const { clock, budget, spend } = budgetOf(0, 0);
    budget.earn();
    await clock.advance('1h');
    expect(spend(1)).toBe(0);
  });

  it('keeps what was earned when its rates change', () => {
    const { budget } = budgetOf(1, 0);
    for (let i = 0; i < 5; i++) budget.earn();
    budget.configure({ ratio: 0.1, minPerSecond: 2 });
    expect(budget.balance).toBe(7);
    budget.configure({ ratio: 0.1, minPerSecond: 2 });
    expect(budget.balance).toBe(7);
  });
});
