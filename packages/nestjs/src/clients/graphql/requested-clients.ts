/** The clients that were asked for in this process, by their tokens. */
export const requestedClients = new Map<string, { readonly name: string; readonly path: string }>();
