import { inspect } from 'node:util';

/** The parts of a request that may stand in a log. */
interface RequestLike {
  readonly method?: unknown;
  readonly url?: unknown;
  readonly baseURL?: unknown;
}

const MOST_STACK = 1000;
const MOST_TEXT = 200;
/** Parts of an error or answer of axios in which credentials, keys and bodies stand. */
const PRIVATE = ['config', 'request', 'response', 'headers', 'data', 'cause'] as const;

/**
 * Has an error of axios print as little as a log needs: by `inspect`, as JSON, and when its properties are listed. The
 * credential, headers, body and key stay in it for code that asks for them by name. Returns the error itself.
 */
export function redactError<E>(error: E): E {
  if (!(error instanceof Error)) return error;
  const { response } = error as { response?: object };
  const shown = () => summaryOf(error);
  hide(error, shown, () => `${stackOf(error)} ${inspect(shown())}`);
  if (typeof response === 'object' && response !== null) hide(response, () => ({ status: statusOf(error) }));
  return error;
}

function hide(target: object, shown: () => object, printed: () => unknown = shown): void {
  for (const name of PRIVATE) {
    const standing = Object.getOwnPropertyDescriptor(target, name);
    if (standing?.configurable === true) Object.defineProperty(target, name, { ...standing, enumerable: false });
  }
  const added = { configurable: true, enumerable: false, writable: true };
  Object.defineProperty(target, 'toJSON', { ...added, value: shown });
  Object.defineProperty(target, inspect.custom, { ...added, value: printed });
}

function summaryOf(error: Error): Readonly<Record<string, unknown>> {
  const { code, config = {} } = error as { code?: unknown; config?: RequestLike };
  return {
    name: error.name,
    message: shortened(error.message),
    code,
    status: statusOf(error),
    method: typeof config.method === 'string' ? config.method.toUpperCase() : undefined,
    url: placeOf(config),
  };
}

function statusOf(error: Error): unknown {
  return (error as { response?: { status?: unknown } }).response?.status;
}

/** Without a query, and without a user in it: those are where secrets stand in URLs. */
function placeOf({ url = '', baseURL }: RequestLike): string | undefined {
  const target = String(url);
  // As axios makes one of the two: the path of the base stays, also before one that begins with a slash.
  const isWhole = typeof baseURL !== 'string' || /^(?:[a-z][a-z\d+.-]*:)?\/\//iu.test(target);
  const whole = isWhole ? target : `${baseURL.replace(/\/?\/$/u, '')}/${target.replace(/^\/+/u, '')}`;
  if (!URL.canParse(whole)) return undefined;
  const { origin, pathname } = new URL(whole);
  return shortened(origin + pathname);
}

function stackOf({ stack = '', name, message }: Error): string {
  const frames = stack.search(/\n +at /);
  return `${name}: ${shortened(message)}${frames === -1 ? '' : stack.slice(frames, frames + MOST_STACK)}`;
}

function shortened(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
