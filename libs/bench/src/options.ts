import { parseArgs } from 'node:util';

/** The command line of `npm run bench --`. */
export interface BenchOptions {
  readonly task: 'compare' | 'webhooks' | 'limits' | 'route' | 'telemetry' | 'help';
  /** How often every case is measured, in turn. Default 3. */
  readonly rounds: number;
  /** Only cases whose id contains it, and the bare ones that they are told against. */
  readonly only?: string | undefined;
  /** A file that gets the results. */
  readonly json?: string | undefined;
  /** Whether docs/benchmarks.md gets the tables. */
  readonly docs: boolean;
}

export class UsageError extends Error {}

export const USAGE = `npm run bench -- [options]    what a call costs, ours beside others
npm run bench -- webhooks     what verifying a webhook costs
npm run bench -- limits       how much of a quota limiters use, and whether they keep to it
npm run bench -- route        what a real HTTP route costs with five and six policies
npm run bench -- telemetry    what spans and metrics add to a decorated call

  --rounds N     measure every case N times, in turn (default 3)
  --only TEXT    only cases whose name contains TEXT, such as "idle" or "cockatiel: breaker"
  --json FILE    write the results to FILE
  --docs         write the tables into docs/benchmarks.md
  --help         this
`;

const KNOWN = new Set(['rounds', 'only', 'json', 'docs', 'help']);

/** Throws a `UsageError` that names what is not known, and what is. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option' && !KNOWN.has(token.name)) throw new UsageError(`unknown option ${token.rawName}`);
  }
  const [task = 'compare', ...more] = positionals;
  if (!isTask(task) || more.length > 0) {
    throw new UsageError(`unknown: ${positionals.join(' ')}. Expected nothing, webhooks, limits, route or telemetry`);
  }
  if (values.help === true) return { task: 'help', rounds: 0, docs: false };
  if ((task === 'webhooks' || task === 'route' || task === 'telemetry') && Object.keys(values).length > 0) {
    throw new UsageError(`${task} takes no options`);
  }
  const only = textOf('only', values.only);
  if (task === 'limits') return { task, only, ...limitsTakeOnly(values) };
  const docs = values.docs === true;
  if (docs && only !== undefined) throw new UsageError('--docs tells of every case: leave --only away');
  return { task, rounds: roundsOf(values.rounds), only, json: textOf('json', values.json), docs };
}

function isTask(task: string): task is 'compare' | 'webhooks' | 'limits' | 'route' | 'telemetry' {
  return ['compare', 'webhooks', 'limits', 'route', 'telemetry'].includes(task);
}

/** The simulation is the same in every round. */
function limitsTakeOnly(values: object): { rounds: number; docs: boolean } {
  if (Object.keys(values).some((name) => name !== 'only')) throw new UsageError('limits takes no option but --only');
  return { rounds: 1, docs: false };
}

function textOf(name: string, value: string | boolean | undefined): string | undefined {
  if (value === true || value === '') throw new UsageError(`--${name} needs a value`);
  return value === false ? undefined : value;
}

function roundsOf(value: string | boolean | undefined): number {
  if (value === undefined) return 3;
  const rounds = Number(value);
  if (typeof value !== 'string' || !Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new UsageError(`--rounds needs a whole number from 1 to 100, such as 3`);
  }
  return rounds;
}
