import { parseArgs } from 'node:util';
import { TASKS } from './tasks.js';

/** The command line of `npm run bench --`. */
export interface BenchOptions {
  /** `compare`, `help` or a name of `TASKS`. */
  readonly task: string;
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
${list()}

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
  if ((task !== 'compare' && TASKS[task] === undefined) || more.length > 0) {
    throw new UsageError(`unknown: ${positionals.join(' ')}. Expected nothing or one of ${names().join(', ')}`);
  }
  if (values.help === true) return { task: 'help', rounds: 0, docs: false };
  const only = textOf('only', values.only);
  if (task !== 'compare') {
    takesOnly(task, values);
    return { task, only, rounds: 1, docs: false };
  }
  const docs = values.docs === true;
  if (docs && only !== undefined) throw new UsageError('--docs tells of every case: leave --only away');
  return { task, rounds: roundsOf(values.rounds), only, json: textOf('json', values.json), docs };
}

function names(): readonly string[] {
  return Object.keys(TASKS);
}

function list(): string {
  return names()
    .map((name) => `npm run bench -- ${name.padEnd(12)} ${TASKS[name]!.about}`)
    .join('\n');
}

function takesOnly(task: string, values: object): void {
  const picks = TASKS[task]!.picks === true;
  if (Object.keys(values).every((name) => picks && name === 'only')) return;
  throw new UsageError(picks ? `${task} takes no option but --only` : `${task} takes no options`);
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
