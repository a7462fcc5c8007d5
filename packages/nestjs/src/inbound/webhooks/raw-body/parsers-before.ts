import type { RouterLike } from './webhook-layers.js';
import type { Adapter } from './when-adapter-known.js';

/** The names of Express' parsers that keep what they understood in place of the bytes. */
const PARSERS: ReadonlySet<string | undefined> = new Set(['jsonParser', 'urlencodedParser']);

/** A path that no parser is meant for by name: one that reads it reads all. */
const ANY_PATH = '/breakwater-any-path';

/**
 * Whether a parser reads the bodies of all routes before Nest's do: on Express one of the application's own
 * (`app.useBodyParser()`, `app.use(express.json())`), on Fastify none. Other platforms are not known to spare webhooks.
 */
export function parsersBefore(adapter: Adapter): boolean {
  if (adapter.getType() === 'fastify') return false;
  if (adapter.getType() !== 'express') return true;
  const { router } = adapter.getInstance() as { readonly router: RouterLike };
  return router.stack.some((layer) => PARSERS.has(layer.name) && layer.match(ANY_PATH));
}
