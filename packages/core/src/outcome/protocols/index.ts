import { database } from './database.js';
import { graphql } from './graphql.js';
import { grpc } from './grpc.js';
import type { Protocol } from './protocol.js';
import { rest } from './rest.js';
import { streamedError } from './streamed-error.js';

/** The protocols in which providers answer, those that say most first. */
export const ANSWERS: readonly Protocol[] = [graphql, rest, streamedError, grpc, database];
