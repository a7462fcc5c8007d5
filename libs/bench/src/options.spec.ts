import { describe, expect, it } from '@jest/globals';
import { readOptions, UsageError } from './options.js';
import { TASKS } from './tasks.js';

describe('the options of the benchmark', () => {
  it('are three rounds of everything when none is given', () => {
    expect(readOptions([])).toEqual({ task: 'compare', rounds: 3, only: undefined, json: undefined, docs: false });
  });

  it('say how often, of what, and where the results go', () => {
    expect(readOptions(['--rounds', '5', '--only=idle', '--json', 'out.json'])).toEqual({
      task: 'compare',
      rounds: 5,
      only: 'idle',
      json: 'out.json',
      docs: false,
    });
    expect(readOptions(['--docs']).docs).toBe(true);
  });

  it('lead to the webhooks, which take none', () => {
    expect(readOptions(['webhooks']).task).toBe('webhooks');
    expect(() => readOptions(['webhooks', '--rounds', '2'])).toThrow(new UsageError('webhooks takes no options'));
  });

  it('lead to the limits, of which one can be picked', () => {
    expect(readOptions(['limits', '--only', '10 per'])).toMatchObject({ task: 'limits', only: '10 per' });
    expect(() => readOptions(['limits', '--rounds', '2'])).toThrow(new UsageError('limits takes no option but --only'));
  });

  it('ask for help', () => {
    expect(readOptions(['--help']).task).toBe('help');
  });

  it.each([
    [['--round', '3'], 'unknown option --round'],
    [['-r'], 'unknown option -r'],
    [['storms'], `unknown: storms. Expected nothing or one of ${Object.keys(TASKS).join(', ')}`],
    [['webhooks', 'twice'], /^unknown: webhooks twice\./],
    [['--rounds', '0'], '--rounds needs a whole number from 1 to 100, such as 3'],
    [['--rounds', '1.5'], '--rounds needs a whole number from 1 to 100, such as 3'],
    [['--rounds', '101'], '--rounds needs a whole number from 1 to 100, such as 3'],
    [['--rounds'], '--rounds needs a whole number from 1 to 100, such as 3'],
    [['--only'], '--only needs a value'],
    [['--json='], '--json needs a value'],
    [['--docs', '--only', 'idle'], '--docs tells of every case: leave --only away'],
  ])('are refused when they make no sense: %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(typeof message === 'string' ? new UsageError(message) : message);
  });
});
