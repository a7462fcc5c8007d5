export { createGraphqlClient } from './create-graphql-client.js';
export { getGraphqlToken } from './get-graphql-token.js';
export type { GraphqlAnswer, GraphqlArguments, GraphqlClient, GraphqlRequestOptions } from './graphql-client.js';
export type { GraphqlDocument } from './graphql-document.js';
export { GraphqlError, isGraphqlError, type GraphqlResponse } from './graphql-error.js';
export type { GraphqlProblem } from './graphql-problem.js';
export { InjectGraphql } from './inject-graphql.decorator.js';
