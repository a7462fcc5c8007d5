import type { IncomingMessage } from 'node:http';
import { isWebhookRoute } from './webhook-route-mark.js';

/** The part of Express' router that matters here. */
export interface RouterLike {
  /** Parsers and routes, in their order. */
  readonly stack: readonly LayerLike[];
}

export interface LayerLike {
  readonly name?: string;
  match(path: string): boolean;
  readonly route?: {
    readonly path: unknown;
    readonly methods: Readonly<Record<string, boolean>>;
    readonly stack: readonly { readonly handle: unknown }[];
  };
}

/** Handshakes come with these. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The routes of an Express application that serve webhooks, looked up before the router comes to them. */
export class WebhookLayers {
  private webhooks: readonly LayerLike[] = [];
  private seen = -1;

  constructor(private readonly router: RouterLike) {}

  /**
   * Whether a request will be handled by a webhook route: no other route of its path or before it takes the request.
   */
  serve(request: Pick<IncomingMessage, 'url' | 'method'>): boolean {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const takes = (layer: LayerLike) => hasMethod(layer, request.method ?? 'GET') && matches(layer, path);
    const webhook = this.layers().find(takes);
    if (webhook === undefined) return false;
    const { stack } = this.router;
    const before = stack.slice(0, stack.indexOf(webhook)).filter(takes);
    // Versions of one route are told apart by a header, only when the router comes to them.
    const beside = stack.filter((layer) => layer.route?.path === webhook.route?.path && takes(layer));
    return [...before, ...beside].every(isWebhook);
  }

  /** The webhook routes that others of their path share, such as `'POST /payments'`: parsers read their bodies. */
  shared(): readonly string[] {
    return this.layers().flatMap(({ route }) => {
      const { path, methods } = route!;
      if (typeof path !== 'string') return [];
      const verbs = Object.keys(methods).map((method) => (method === '_all' ? 'POST' : method.toUpperCase()));
      return verbs
        .filter((method) => !BODILESS.has(method) && !this.serve({ url: path, method }))
        .map((method) => `${method} ${path}`);
    });
  }

  /** Routes come after the parsers, so they are collected when the first request arrives. */
  private layers(): readonly LayerLike[] {
    const { stack } = this.router;
    if (stack.length !== this.seen) {
      this.seen = stack.length;
      this.webhooks = stack.filter(isWebhook);
    }
    return this.webhooks;
  }
}

function isWebhook({ route }: LayerLike): boolean {
  return route !== undefined && route.stack.some(({ handle }) => isWebhookRoute(handle));
}

function hasMethod({ route }: LayerLike, method: string): boolean {
  if (route === undefined) return false;
  return route.methods['_all'] === true || route.methods[method.toLowerCase()] === true;
}

/** A path that cannot be decoded is the router's to refuse. */
function matches(layer: LayerLike, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
