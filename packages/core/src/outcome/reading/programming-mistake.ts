import { types } from 'node:util';

/** The errors that JavaScript itself raises for a mistake in the program. */
const MISTAKES = new Set(['TypeError', 'ReferenceError', 'RangeError']);
/** Texts of clients that raise a plain `TypeError` for what went over the wire. */
const OF_CLIENTS = /fetch|network|terminated|body|stream|load failed/i;
/** Texts of `fetch` for a request that it cannot make, as it is asked for. */
const OF_REQUEST = /^Request with GET\/HEAD method cannot have body|duplex option is required|disturbed or locked$/;

/** Whether an error comes from a mistake in the program, rather than from a client: those have a code, or a cause. */
export function isProgrammingMistake(error: object): boolean {
  const { name, code, cause, message } = error as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || !MISTAKES.has(name) || !types.isNativeError(error)) return false;
  if (code !== undefined || cause !== undefined) return false;
  return !OF_CLIENTS.test(String(message)) || OF_REQUEST.test(String(message));
}
