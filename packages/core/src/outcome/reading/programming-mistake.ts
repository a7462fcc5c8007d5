import { types } from 'node:util';

/** The errors that JavaScript itself raises for a mistake in the program. */
const MISTAKES = new Set(['TypeError', 'ReferenceError', 'RangeError']);
/** Texts of clients that raise a plain `TypeError` for what went over the wire. */
const OF_CLIENTS = /fetch|network|terminated|body|stream|load failed/i;

/** Whether an error comes from a mistake in the program, rather than from a client: those have a code, or a cause. */
export function isProgrammingMistake(error: object): boolean {
  const { name, code, cause, message } = error as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || !MISTAKES.has(name) || !types.isNativeError(error)) return false;
  return code === undefined && cause === undefined && !OF_CLIENTS.test(String(message));
}
