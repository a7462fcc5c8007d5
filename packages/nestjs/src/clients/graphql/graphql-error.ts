import { codeOf, type GraphqlProblem } from './graphql-problem.js';

const BRAND = Symbol.for('breakwater.GraphqlError');
const MOST_TEXT = 200;

/** A response as this package reads it. */
export interface GraphqlResponse {
  readonly status: number;
  readonly headers?: unknown;
  readonly errors?: readonly GraphqlProblem[] | undefined;
  readonly data?: unknown;
  readonly extensions?: unknown;
}

/**
 * The server's answer has errors, or is none of GraphQL. Its message is the first error's. The rest of the answer may
 * be private and is kept out of logs: `data` and `response` are found by name only, and the variables are not kept.
 */
export class GraphqlError<Data = unknown> extends Error {
  override readonly name = 'GraphqlError';
  /** Empty where the answer was a status without a GraphQL body, such as a proxy's. */
  readonly errors: readonly GraphqlProblem[];
  /** The HTTP status. */
  readonly status: number;
  declare readonly response: GraphqlResponse;

  constructor(
    response: GraphqlResponse,
    readonly operation: 'query' | 'mutation',
  ) {
    super(messageOf(response));
    this.errors = response.errors ?? [];
    this.status = response.status;
    Object.defineProperty(this, 'response', { value: response, enumerable: false });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The data that came beside the errors; `undefined` where none did. */
  get data(): Data | undefined {
    return (this.response.data ?? undefined) as Data | undefined;
  }

  /** The code of the first error that has one. */
  get code(): string | undefined {
    return this.errors.map(codeOf).find((code) => code !== undefined);
  }

  /** Whether one of the errors has this code, such as `'NOT_FOUND'`. */
  has(code: string): boolean {
    return this.errors.some((problem) => codeOf(problem) === code);
  }
}

/** Whether an error is a `GraphqlError`, of this copy of the package or another. */
export function isGraphqlError(error: unknown): error is GraphqlError {
  return error instanceof Error && BRAND in error;
}

function messageOf({ errors = [], status }: GraphqlResponse): string {
  const [first] = errors;
  if (first === undefined) return status < 400 ? 'The answer is no GraphQL response' : `GraphQL: HTTP ${status}`;
  const code = codeOf(first);
  const text = String(first.message);
  const shortened = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return code === undefined ? `GraphQL: ${shortened}` : `GraphQL: ${shortened} (${code})`;
}
