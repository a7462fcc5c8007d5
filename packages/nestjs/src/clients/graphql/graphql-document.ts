/** A text that a code generator has put into an object, as `TypedDocumentString` does. */
interface BoxedText {
  readonly length: number;
  charAt(index: number): string;
  valueOf(): string;
}

/**
 * A query or mutation: its text, or a document of `graphql-tag` or a code generator. `TypedDocumentNode` and
 * `TypedDocumentString` bring the types of their data and variables.
 */
export type GraphqlDocument<Data, Variables> = (string | BoxedText | { readonly kind: 'Document' }) & {
  /** Carries the types, and is never there. */
  readonly __apiType?: (variables: Variables) => Data;
};
