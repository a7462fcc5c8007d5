/** One of the errors of a GraphQL response. Source: GraphQL specification, "Errors". */
export interface GraphqlProblem {
  readonly message: string;
  /** The field that it is about; absent where the request was refused as a whole. */
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  /** `code` is what most servers tell errors apart by. */
  readonly extensions?: Readonly<Record<string, unknown>> & { readonly code?: string };
  /** GitHub's word for the code. */
  readonly type?: string;
}

/** The code of an error, wherever its server puts it. */
export function codeOf({ extensions, type }: GraphqlProblem): string | undefined {
  const code: unknown = extensions?.code ?? type;
  return typeof code === 'string' ? code : undefined;
}
