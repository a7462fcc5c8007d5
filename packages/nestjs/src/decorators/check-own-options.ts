import { settings } from '@breakwater/core/adapter';

type Check = readonly [isRight: (value: unknown) => boolean, form: string];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** The options of decorators that are none of a policy's, which are checked with its settings. */
const CHECKS = {
  provider: [isText, 'the name of a provider'],
  scope: [(value) => value === 'provider' || value === 'method', "'provider' or 'method'"],
  returns: [(value) => value === 'promise' || value === 'observable', "'promise' or 'observable'"],
  key: [(value) => typeof value === 'function', 'a function of the arguments'],
  operation: [isText, 'a name for the operation'],
  protocol: [(value) => value === 'graphql', "'graphql'"],
  stream: [(value) => typeof value === 'boolean', 'true or false'],
} satisfies Record<string, Check>;

/**
 * Throws a `TypeError` where one of a decorator's own options has a value that it cannot have: it would have no effect,
 * or another one than was meant. `decorator` is its name as it is written.
 */
export function checkOwnOptions(decorator: string, given: object, names: readonly (keyof typeof CHECKS)[]): void {
  for (const name of names) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    const [isRight, form] = CHECKS[name];
    if (value === undefined || isRight(value)) continue;
    throw new TypeError(`${decorator}: ${name}: ${settings.printed(value)} given; expected ${form}`);
  }
}
