import { expect, it } from '@jest/globals';
import { textTable } from './text-table.js';

it('A table for the terminal has names on the left and numbers on the right', () => {
  const rows = [
    ['bare', '25', ''],
    ['cockatiel: retry', '1,404', '2.5'],
  ];
  expect(textTable({ title: 'Calls', columns: ['case', 'ns', '× bare'], rows })).toBe(
    [
      'Calls',
      '',
      '  case                  ns   × bare',
      '  bare                  25',
      '  cockatiel: retry   1,404      2.5',
      '',
    ].join('\n'),
  );
});
