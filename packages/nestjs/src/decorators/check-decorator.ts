import { settings } from '@breakwater/core/adapter';

/**
 * Throws a `TypeError` where a decorator of a policy was written without parentheses, which would leave the method as
 * it is, or was given what are no options. `decorator` is its name as it is written.
 */
export function checkDecorator(decorator: string, given: unknown): void {
  refuseBare(decorator, given);
  if (typeof given === 'string' || settings.isPlain(given)) return;
  const described = settings.printed(given);
  throw new TypeError(`${decorator}: ${described} given; expected an object of options, or the name of a provider`);
}

/** The same for one that takes values of the user's own: without parentheses it is given a class or its prototype. */
export function refuseBare(decorator: string, given: unknown): void {
  const { constructor } = Object(given) as { constructor?: unknown };
  const isPrototype = typeof constructor === 'function' && constructor.prototype === given;
  const isClass = typeof given === 'function' && /^class\b/.test(Function.prototype.toString.call(given));
  if (!isPrototype && !isClass) return;
  const { name } = (isPrototype ? constructor : given) as { name: string };
  throw new TypeError(`${decorator} stands in ${name} without parentheses: write ${decorator}(…)`);
}
