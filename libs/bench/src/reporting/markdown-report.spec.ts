import { expect, it } from '@jest/globals';
import { format } from 'prettier';
import { markdownReport } from './markdown-report.js';
import type { Report } from './report.js';

const report: Report = {
  date: '2026-11-22T14:00:00.000Z',
  machine: '2 × AMD EPYC, 24 GB',
  node: 'v24.1.0',
  rounds: 3,
  versions: { cockatiel: '4.0.0', opossum: '10.0.0' },
  results: [
    { group: 'call', name: 'bare method', cost: { ns: 25, bytes: 248 }, timesBare: 1, rounds: [] },
    {
      group: 'call',
      name: 'breaker',
      cost: { ns: 60, bytes: 650 },
      timesBare: 2.4,
      limit: { timesBare: 3, bytes: 700 },
      rounds: [],
    },
  ],
  leftOut: [
    { group: 'call', name: 'theirs', reason: 'not installable here: no network' },
    { group: 'idle', name: 'theirs', reason: 'not installable here: no network' },
  ],
};

const expected = `- measured: 2026-11-22, median of 3 rounds
- machine: 2 × AMD EPYC, 24 GB
- Node: v24.1.0
- others: cockatiel 4.0.0, opossum 10.0.0
- left out: call: theirs; idle: theirs – not installable here: no network

### One call that succeeds, one after another

| case        |  ns | × bare | bytes | ours, at most |
| ----------- | --: | -----: | ----: | ------------: |
| bare method |  25 |    1.0 |   248 |               |
| breaker     |  60 |    2.4 |   650 |    3 ×, 700 B |
`;

it('A report for a document tells the conditions, what was left out, and a table for each group', () => {
  expect(markdownReport(report)).toBe(expected);
});

it('A report for a document is laid out as Prettier would', async () => {
  expect(await format(expected, { parser: 'markdown', printWidth: 120 })).toBe(expected);
});
