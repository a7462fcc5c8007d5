/** The value that every measured method returns. */
export const ANSWER = 42;

/** The method that is protected. */
export async function answer(): Promise<number> {
  return ANSWER;
}

/** A method that fails, to open a circuit with. */
export async function fail(): Promise<never> {
  throw new Error('the provider is down');
}
