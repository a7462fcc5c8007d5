import { parse, type DocumentNode } from 'graphql';
import { analyzeDocument } from 'graphql-request';

/** A document as it is sent, and what it does. */
export interface Operation {
  readonly text: string;
  readonly type: 'query' | 'mutation';
}

/** How many texts of documents are remembered. Applications have their documents in their sources. */
const MOST_TEXTS = 1000;
const byDocument = new WeakMap<object, Operation>();
const byText = new Map<string, Operation>();

/**
 * The operation of a document. One that holds several, or that cannot be parsed, counts as a mutation: nothing says
 * which of them runs. Throws a `TypeError` for a subscription, which has no single answer.
 */
export function operationOf(document: string | object): Operation {
  const standing = typeof document === 'string' ? byText.get(document) : byDocument.get(document);
  if (standing !== undefined) return standing;
  const operation = read(document);
  if (typeof document !== 'string') byDocument.set(document, operation);
  else if (byText.size < MOST_TEXTS) byText.set(document, operation);
  return operation;
}

function read(document: string | object): Operation {
  const { expression: text } = analyzeDocument(document as DocumentNode, true);
  const types = typesIn(document, text);
  if (types.includes('subscription')) throw new TypeError('A subscription cannot be sent as a single request');
  return { text, type: types.length === 1 && types[0] === 'query' ? 'query' : 'mutation' };
}

function typesIn(document: string | object, text: string): readonly string[] {
  try {
    const { definitions } = 'definitions' in Object(document) ? (document as DocumentNode) : parse(text);
    return definitions.flatMap((definition) => ('operation' in definition ? [definition.operation] : []));
  } catch {
    // The server says what is wrong with it.
    return [];
  }
}
