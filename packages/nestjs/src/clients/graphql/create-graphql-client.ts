import type { RequestNature, ResilientProvider } from '@breakwater/core';
import { noteOutcome, REQUEST_NATURE, requestingCall } from '@breakwater/core/adapter';
import { ClientError, GraphQLClient } from 'graphql-request';
import type { GraphqlAnswer, GraphqlArguments, GraphqlClient, GraphqlRequestOptions } from './graphql-client.js';
import type { GraphqlDocument } from './graphql-document.js';
import { GraphqlError, type GraphqlResponse } from './graphql-error.js';
import type { GraphqlProblem } from './graphql-problem.js';
import { holdsText } from './holds-text.js';
import { operationOf, type Operation } from './operation-of.js';

/** Where the requests go is the provider's to say; its client wants an address nevertheless. */
const NOWHERE = 'http://graphql.invalid/';

/** One operation, as it is to be sent. */
interface Sending {
  readonly operation: Operation;
  readonly variables: object | undefined;
  readonly options: GraphqlRequestOptions;
}

/**
 * A GraphQL client of one provider, over its `fetch` and `graphql-request`. `path` is appended to `http.baseUrl`, where
 * that is not the endpoint itself. The bodies of answers are shown to the rate limit, whose `profile` may read quotas
 * there.
 */
export function createGraphqlClient(provider: ResilientProvider, path = ''): GraphqlClient {
  return new ProviderGraphqlClient(provider, path);
}

class ProviderGraphqlClient implements GraphqlClient {
  constructor(
    private readonly provider: ResilientProvider,
    private readonly path: string,
  ) {}

  async request<Data = unknown, Variables extends object = Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    ...[variables, options = {}]: GraphqlArguments<Variables>
  ): Promise<Data> {
    const operation = operationOf(document);
    const response = await this.send({ operation, variables, options });
    if (response.errors !== undefined && response.errors.length > 0) throw new GraphqlError(response, operation.type);
    return response.data as Data;
  }

  async partial<Data = unknown, Variables extends object = Record<string, unknown>>(
    document: GraphqlDocument<Data, Variables>,
    ...[variables, options = {}]: GraphqlArguments<Variables>
  ): Promise<GraphqlAnswer<Data>> {
    const operation = operationOf(document);
    const response = await this.send({ operation, variables, options });
    const { data, errors = [], extensions } = response;
    if ((data ?? undefined) === undefined && errors.length > 0) throw new GraphqlError(response, operation.type);
    return { data: data as Data, errors, extensions: extensions as GraphqlAnswer<Data>['extensions'] };
  }

  /** The response, whatever its errors. Throws what says nothing in the terms of GraphQL. */
  private async send(sending: Sending): Promise<GraphqlResponse> {
    const response = await this.answerTo(sending);
    const { status, headers, data, errors, extensions } = response;
    // A refusal by its status was shown with its headers already.
    if (status < 400)
      this.provider.observe({ status, headers: headers as Headers, body: { data, errors, extensions } });
    if (data !== undefined || (errors !== undefined && errors.length > 0)) return response;
    const error = new GraphqlError(response, sending.operation.type);
    if (status < 400) noteOutcome(error, { kind: 'contract' });
    throw error;
  }

  private async answerTo(sending: Sending): Promise<GraphqlResponse> {
    const { operation, variables, options } = sending;
    let status = 0;
    const nature = this.natureOf(sending);
    const send = async (_url: unknown, init?: RequestInit) => {
      const answer = await this.provider.fetch(this.path, { ...init, [REQUEST_NATURE]: nature } as RequestInit);
      ({ status } = answer);
      return answer;
    };
    const client = new GraphQLClient(NOWHERE, { fetch: send as typeof globalThis.fetch, errorPolicy: 'all' });
    try {
      const { headers: requestHeaders = {}, signal } = options;
      const request = { query: operation.text, variables: variables ?? {}, requestHeaders, ...(signal && { signal }) };
      const { status: answered, headers, data, errors, extensions } = await client.rawRequest(request);
      return { status: answered, headers, data, errors: errors as GraphqlProblem[] | undefined, extensions };
    } catch (error) {
      // It prints the variables, and the whole of the answer.
      if (error instanceof ClientError) return partsOf(error);
      if (isNoGraphql(error)) return { status };
      throw error;
    }
  }

  private natureOf({ operation, variables }: Sending): RequestNature | undefined {
    if (operation.type === 'query') return { repeatable: true };
    const call = requestingCall();
    const key = call?.provider === this.provider.name ? call.idempotencyKey : undefined;
    return key !== undefined && holdsText(variables, key) ? { carriesKey: true } : undefined;
  }
}

function partsOf({ response }: ClientError): GraphqlResponse {
  const { status, headers, data, errors, extensions } = response;
  return { status, headers, data, errors: listed(errors), extensions };
}

/** Some servers answer with an object in the list's place. */
function listed(errors: unknown): readonly GraphqlProblem[] | undefined {
  if (errors === undefined || errors === null) return undefined;
  return (Array.isArray(errors) ? errors : [errors]) as GraphqlProblem[];
}

/** How `graphql-request` tells of a body that it cannot read as a response. */
function isNoGraphql(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && error.message.startsWith('Invalid execution result');
}
