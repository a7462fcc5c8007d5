import type { LiveCall } from '../../engine/live-call.js';
import type { ReportCallback } from '../../events/callback-reports.js';
import { printed } from '../../values/printed.js';
import { argumentsKey } from './arguments-key.js';
import type { CacheSettings } from './cache.options.js';
import type { BypassReason } from './cache.telemetry.js';
import { shortId } from './short-id.js';

/** Longer arguments are not remembered: their keys are made anew. */
const LONGEST_REMEMBERED = 256;
const MOST_REMEMBERED = 4096;

/** A call's question: its answer is kept under `key`. */
export interface Question {
  readonly key: string;
  /** The text made of the arguments. */
  readonly id: string;
}

/**
 * Tells questions apart: by operation, tenant, the provider's credential, the arguments, and by what `vary` says. No
 * two that differ have one key.
 */
export class Questions {
  /**
   * Keys of single arguments that were asked about. To put a key together, and to hash it, is most of what a hit would
   * cost.
   */
  private readonly remembered = new Map<string | number, string>();
  private rememberedFor: { readonly operation?: string; readonly identity?: string | undefined } = {};

  constructor(
    private settings: CacheSettings,
    private readonly identity: () => string | undefined,
    private readonly callbackFailed: ReportCallback,
  ) {}

  reconfigure(settings: CacheSettings): void {
    this.settings = settings;
    this.remembered.clear();
  }

  /** Whether the settings change which key a question has. */
  differ({ key, vary, varyOnCredential }: CacheSettings): boolean {
    const { settings } = this;
    return key !== settings.key || vary !== settings.vary || varyOnCredential !== settings.varyOnCredential;
  }

  /** The key of a call without a tenant whose one argument is a text or a number; `undefined` for any other. */
  simpleKey(operation: string, args: readonly unknown[]): string | undefined {
    const { key, vary, varyOnCredential } = this.settings;
    if (args.length !== 1 || key !== undefined || vary !== undefined) return undefined;
    const arg = args[0] as string | number;
    const isShort = typeof arg === 'string' ? arg.length <= LONGEST_REMEMBERED : typeof arg === 'number' && arg !== 0;
    if (!isShort) return undefined;
    const identity = varyOnCredential ? this.identity() : undefined;
    if (operation !== this.rememberedFor.operation || identity !== this.rememberedFor.identity) {
      // Operations that take turns would have each other's keys forgotten.
      const isAnother = operation !== this.rememberedFor.operation && this.remembered.size > 0;
      if (isAnother) return this.keyOfOne(args, operation, identity);
      this.remembered.clear();
      this.rememberedFor = { operation, identity };
    }
    let standing = this.remembered.get(arg);
    if (standing === undefined) {
      if (this.remembered.size > MOST_REMEMBERED) this.remembered.clear();
      this.remembered.set(arg, (standing = this.keyOfOne(args, operation, identity)));
    }
    return standing;
  }

  /** The question of a call, or why it has none that can be relied on. */
  of(call: LiveCall): Question | BypassReason {
    const { key, varyOnCredential } = this.settings;
    const id = this.askedId(call);
    if (id === undefined) return key === undefined ? 'arguments' : 'key';
    const { operation, key: tenant } = call;
    let variant = varyOnCredential ? variantOf(this.identity()) : '';
    if (this.settings.vary !== undefined) {
      const varied = this.variedBy(call);
      if (varied === undefined) return 'vary';
      variant += `v${varied.length}:${varied}`;
    }
    return { key: keyOf({ operation, tenant, id, variant }), id };
  }

  /**
   * The text made of arguments, or `undefined` when nothing tells them from others. Throws where the user's `key` does.
   */
  idOf(args: readonly unknown[], receiver: unknown): string | undefined {
    const { key } = this.settings;
    const text = key === undefined ? argumentsKey(args) : textOf(key.apply(receiver, args as unknown[]));
    return text === undefined ? undefined : shortId(text);
  }

  private keyOfOne(args: readonly unknown[], operation: string, identity: string | undefined): string {
    return keyOf({ operation, tenant: undefined, id: shortId(argumentsKey(args)!), variant: variantOf(identity) });
  }

  private askedId({ args, receiver, operation }: LiveCall): string | undefined {
    try {
      return this.idOf(args, receiver);
    } catch (error) {
      this.callbackFailed('cache.key', error, operation);
      return undefined;
    }
  }

  private variedBy({ args, receiver, operation }: LiveCall): string | undefined {
    try {
      return textOf(this.settings.vary!.apply(receiver, args as unknown[]));
    } catch (error) {
      this.callbackFailed('cache.vary', error, operation);
      return undefined;
    }
  }
}

interface KeyParts {
  readonly operation: string;
  readonly tenant: string | undefined;
  readonly id: string;
  readonly variant: string;
}

/** Every part says how long it is, or how it begins. */
function keyOf({ operation, tenant, id, variant }: KeyParts): string {
  return `${operation.length}:${operation}${tenant === undefined ? '-' : `${tenant.length}:${tenant}`}${variant}${id}`;
}

function variantOf(identity: string | undefined): string {
  return identity === undefined ? '' : `c${identity.length}:${identity}`;
}

function textOf(key: unknown): string | undefined {
  if (typeof key === 'string' || Number.isFinite(key)) return String(key);
  if (key === undefined || key === null) return undefined;
  if (key instanceof Promise) key.catch(() => undefined);
  throw new TypeError(`expected a string, a number or undefined at once, got ${printed(key)}`);
}
