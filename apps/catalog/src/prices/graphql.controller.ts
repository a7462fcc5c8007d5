import { Account, ApiKeyGuard, CallLog, jsonObject, shape } from '@breakwater/faults';
import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { graphql, GraphQLError, type ExecutionResult } from 'graphql';
import * as v from 'valibot';
import { Prices, type Product } from './prices.service.js';
import { schema } from './schema.js';

/** The body of `POST /graphql`. Source: GraphQL over HTTP, "Request Parameters". */
const graphqlRequest = shape({
  query: v.string('must be the text of a document'),
  variables: v.optional(v.nullable(jsonObject())),
  operationName: v.optional(v.nullable(v.string('must be a string'))),
});
type GraphqlRequest = v.InferOutput<typeof graphqlRequest>;

@Controller('graphql')
export class GraphqlController {
  constructor(
    private readonly prices: Prices,
    private readonly calls: CallLog,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Content-Type', 'application/graphql-response+json')
  @UseGuards(ApiKeyGuard)
  async execute(
    @Account() account: string,
    @Body({ schema: graphqlRequest }) { query, variables, operationName }: GraphqlRequest,
  ): Promise<ExecutionResult> {
    const rootValue = {
      product: ({ sku }: { sku: string }) => this.prices.find(sku) ?? null,
      products: ({ skus }: { skus: readonly string[] }) => skus.map((sku) => this.prices.find(sku) ?? missing(sku)),
    };
    const result = await graphql({
      schema,
      source: query,
      rootValue,
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    });
    this.calls.of(account).accepted();
    return result;
  }
}

/** The others of a list are answered all the same. */
function missing(sku: string): Product | Error {
  return new GraphQLError(`there is no '${sku}'`, { extensions: { code: 'NOT_FOUND' } });
}
