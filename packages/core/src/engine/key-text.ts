import { printed } from '../values/printed.js';

/**
 * The key of a call as text, by which tenants are told apart; `undefined` where there is none. Throws a `TypeError` for
 * what is neither text nor a number: two objects that mean one tenant would have a limit each, and two that mean
 * different ones would share cached answers.
 */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (key === undefined || key === null) return undefined;
  if (typeof key === 'bigint' || Number.isFinite(key)) return String(key);
  if (key instanceof Promise) key.catch(() => undefined);
  throw new TypeError(`the key of a call is ${printed(key)}; expected text, such as the id of a tenant`);
}
