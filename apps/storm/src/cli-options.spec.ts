import { describe, expect, it } from '@jest/globals';
import { parseCliOptions } from './cli-options.js';
import { UsageError } from './usage-error.js';

const STORMS = ['email-hangs', 'payments-down'];
const parse = (...args: string[]) => parseCliOptions(args, STORMS);

describe('the command line', () => {
  it('runs every storm when nothing is said', () => {
    expect(parse()).toEqual({ help: false });
  });

  it('takes a storm, a store, a file for the JSON, and a plea for help', () => {
    expect(parse('--storm', 'payments-down', '--store', 'sqlite:a.db', '--json=out.json')).toEqual({
      help: false,
      storm: 'payments-down',
      store: 'sqlite:a.db',
      json: 'out.json',
    });
    expect(parse('-h')).toEqual({ help: true });
  });

  it('names the storms there are when it does not know one', () => {
    expect(() => parse('--storm', 'rain')).toThrow(
      new UsageError("There is no storm 'rain'. Storms: email-hangs, payments-down."),
    );
  });

  it.each([
    [['--jsno', 'x']],
    [['--json']],
    [['--json=']],
    [['--store=']],
    [['--store=sqlite:']],
    [['--store', 'mysql://x']],
    [['rain']],
    [['--help=yes']],
  ])('refuses %j as misuse', (args) => {
    expect(() => parse(...args)).toThrow(UsageError);
  });
});
