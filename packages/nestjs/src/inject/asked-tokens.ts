const TOKENS = Symbol.for('breakwater.nestjs.tokens');

/** The tokens of all that was asked for by a provider's name in any copy of this package: the same texts in each. */
export const askedTokens: Set<string> = ((globalThis as { [TOKENS]?: Set<string> })[TOKENS] ??= new Set());
