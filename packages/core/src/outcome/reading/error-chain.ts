/** How far an error is followed to what it stands for. */
const DEPTH = 5;
/**
 * Where errors keep the one that they wrap: the standard's places, then those of Apollo Client and urql, Stripe, Slack,
 * VError and older wrappers.
 */
const PLACES = [
  'cause',
  'suppressed',
  'networkError',
  'detail',
  'original',
  'originalError',
  'innerError',
  'jse_cause',
] as const;

/**
 * An error and the causes behind it, outermost first. An error that refuses to be read ends the chain: reading never
 * throws, whatever was thrown.
 */
export function errorChain(error: unknown): readonly object[] {
  const chain: object[] = [];
  for (let next: unknown = error; isReadable(next) && chain.length < DEPTH && !chain.includes(next);) {
    chain.push(next);
    next = causeOf(next);
  }
  return chain;
}

/** The result of `read`, or `undefined` where the error throws when it is read. */
export function readSafely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function causeOf(error: object): unknown {
  return readSafely(() => {
    for (const place of PLACES) {
      const cause = (error as Record<string, unknown>)[place];
      if (isReadable(cause)) return cause;
    }
    return undefined;
  });
}

function isReadable(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
