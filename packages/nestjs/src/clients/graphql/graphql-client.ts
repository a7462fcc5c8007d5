import type { GraphqlDocument } from './graphql-document.js';
import type { GraphqlProblem } from './graphql-problem.js';

/** A complete answer, or the part of one that came, with the errors of what did not. */
export interface GraphqlAnswer<Data> {
  /** Fields that could not be had are `null`. */
  readonly data: Data;
  /** Empty where the answer is complete. */
  readonly errors: readonly GraphqlProblem[];
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of one request. */
export interface GraphqlRequestOptions {
  /** Headers of this request. They win over the provider's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts the request, beside the signal of the call in whose method it is made. */
  readonly signal?: AbortSignal;
}

/** The variables may be left out where none is required. */
export type GraphqlArguments<Variables> =
  Record<never, never> extends Variables
    ? [variables?: Variables, options?: GraphqlRequestOptions]
    : [variables: Variables, options?: GraphqlRequestOptions];

/**
 * Sends GraphQL operations to one provider, over its `fetch`. A query may be repeated, although it is a POST; a
 * mutation only with the call's idempotency key, in its header or among the variables, or where nothing of it ran.
 */
export interface GraphqlClient {
  /** The data of a complete answer. Throws a `GraphqlError` for one with errors, which holds the data that came. */
  request<Data = unknown, Variables extends object = Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    ...variablesAndOptions: GraphqlArguments<Variables>
  ): Promise<Data>;

  /** Also the part of an answer that came beside errors. Throws a `GraphqlError` only where no data came at all. */
  partial<Data = unknown, Variables extends object = Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    ...variablesAndOptions: GraphqlArguments<Variables>
  ): Promise<GraphqlAnswer<Data>>;
}
